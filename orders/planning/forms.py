"""What is typed about an order's plan: answers and their review, dates, wishes and changes, and steps."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from inventory.models import ProductQuestion
from orders.models import Answer, Basis, Choice, MilestoneKind, Owner, SupplementKind
from portal.drafts import kept
from portal.files import FilesForm

PREFIX = "answer-"
# The customer's own word for themselves is "you"; here the carrier's people choose.
_OWNERS = [(each, _("customer") if each == Owner.CUSTOMER else each.label) for each in Owner]


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def _words(label: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


def _agreed() -> forms.DecimalField:
    return forms.DecimalField(widget=forms.HiddenInput, required=False, max_digits=12, decimal_places=2)


@kept("technical-details")
class DetailsForm(FilesForm):
    """The technical questions of a product: each a field of its kind, with what was answered before."""

    draft_prefix = PREFIX  # its own fields are made of the questions

    def __init__(
        self, questions: Iterable[ProductQuestion], known: Mapping[str, Answer], *args: Any, **kwargs: Any
    ) -> None:
        initial = {PREFIX + key: _typed(each.value) for key, each in known.items()}
        super().__init__(*args, initial=initial, **kwargs)
        uploads = self.fields.pop("uploads")
        self.questions = list(questions)
        for question in self.questions:
            self.fields[PREFIX + question.key] = made = _field(question)
            made.is_needed = question.is_required  # type: ignore[attr-defined]  # read by components/_field.html
        self.fields["uploads"] = uploads
        uploads.label = _("Files, as drawings or the design layout record (DLR)")

    def answers(self) -> dict[str, Any]:
        """In the types that the product's questions take; what was left empty is left out."""
        found = {each.key: self.cleaned_data.get(PREFIX + each.key) for each in self.questions}
        return {key: _meant(value) for key, value in found.items() if value not in (None, "")}

    def blame(self, faults: Mapping[str, Any]) -> None:
        for key, fault in faults.items():
            name = PREFIX + key
            self.add_error(name if name in self.fields else None, str(fault))


def _typed(value: Any) -> Any:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _meant(value: Any) -> Any:
    return value if not isinstance(value, str) or value not in ("yes", "no") else value == "yes"


def _field(question: ProductQuestion) -> forms.Field:
    """Required is asked of the whole: what is missing is told beside the field by the product's own rules."""
    told: dict[str, Any] = {"label": question.asked, "required": False}
    if question.hint:
        told["help_text"] = escape(_("For example: %(example)s") % {"example": question.hint})
    if question.kind == "number":
        return forms.IntegerField(**told)
    if question.kind == "choice":
        return forms.ChoiceField(choices=[("", _("Choose")), *((each, each) for each in question.choices)], **told)
    if question.kind == "yes_no":
        return forms.ChoiceField(choices=[("", _("Choose")), ("yes", _("yes")), ("no", _("no"))], **told)
    return forms.CharField(max_length=500, **told)


def _shown(value: Any) -> Any:
    """An answer as an engineer reads it."""
    return (_("yes") if value else _("no")) if isinstance(value, bool) else _typed(value)


class ReviewForm(forms.Form):
    """An engineer's word on each answer that waits: empty accepts it, words send it back."""

    def __init__(self, waiting: Mapping[str, Answer], asked: Mapping[str, str], data: Any = None) -> None:
        super().__init__(data)
        for key, answer in waiting.items():
            self.fields[key] = forms.CharField(
                label=asked.get(key, key),
                max_length=300,
                required=False,
                help_text=_("Answered: %(value)s. Leave it empty to accept; say why to send it back.")
                # Hints are written as they are.
                % {"value": escape(_shown(answer.value))},
            )


class PlanForm(forms.Form):
    """One of the forms that stand together on the plan, each with ids of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.removesuffix('Form').lower()}-%s")
        super().__init__(*args, **kwargs)


class ReserveForm(PlanForm):
    what = forms.CharField(label=_("What is held"), max_length=200)
    place = forms.CharField(label=_("Where"), max_length=200)
    until_on = _day(_("Until"))


class CommitForm(PlanForm):
    committed_on = _day(_("We commit to (CCD)"))
    reason = forms.CharField(
        label=_("Why does it move?"), max_length=300, required=False, help_text=_("The customer reads this.")
    )


class DeliveryForm(PlanForm):
    """On a firm date, or as early as it can be."""

    choice = forms.ChoiceField(
        label=_("How do you want it delivered?"),
        choices=[(each, each.label) for each in (Choice.FIRM, Choice.EARLIEST)],
        widget=forms.RadioSelect,
    )
    wanted_on = _day(_("The firm date"), required=False)


class ExpediteForm(PlanForm):
    wanted_on = _day(_("The date you need"))
    agreed = _agreed()


class ChangeForm(PlanForm):
    """Another date, or another change."""

    kind = forms.ChoiceField(
        label=_("What is to be changed?"),
        choices=[(each, each.label) for each in (SupplementKind.DUE_DATE, SupplementKind.OTHER)],
        widget=forms.RadioSelect,
    )
    wanted_on = _day(_("The new date"), required=False)
    words = _words(_("What should we know?"), max_length=1000, required=False)
    agreed_due_date, agreed_other = _agreed(), _agreed()


class CancelForm(PlanForm):
    words = _words(_("Why? You need not say it, but it helps us."), max_length=1000, required=False)
    agreed = _agreed()


class RefuseForm(PlanForm):
    reason = forms.CharField(label=_("Why not?"), max_length=300, help_text=_("The customer reads this."))
    alternative_on = _day(_("What we can do instead"), required=False)


class DecideForm(PlanForm):
    is_done = forms.ChoiceField(
        label=_("Your answer"), choices=[("yes", _("Done")), ("no", _("Declined"))], widget=forms.RadioSelect
    )
    decision = _words(_("What the customer should know"), max_length=500, required=False)


_OWNERS = [
    (Owner.CARRIER, _("carrier")),
    (Owner.CUSTOMER, _("customer")),
    (Owner.PERMIT, _("permit")),
    (Owner.THIRD_PARTY, _("third party")),
]


class StepForm(forms.Form):
    """A step of a place's orders; one without a kind is left out."""

    kind = forms.ChoiceField(label=_("Step"), choices=[("", "—"), *MilestoneKind.choices], required=False)
    owner = forms.ChoiceField(label=_("Whose"), choices=_OWNERS)
    basis = forms.ChoiceField(label=_("Counted in"), choices=Basis.choices)
    amount = forms.IntegerField(label=_("How many"), min_value=-250, max_value=250)
    action = forms.CharField(label=_("What is done next"), max_length=200, required=False)
    action_es = forms.CharField(label=_("In Spanish"), max_length=200, required=False)
    action_pt = forms.CharField(label=_("In Portuguese"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("basis") == Basis.SHARE and not 0 <= data.get("amount", 0) <= 100:
            self.add_error("amount", _("Type a percentage from 0 to 100."))
        return data


StepForms = forms.formset_factory(StepForm, extra=3, max_num=33)
