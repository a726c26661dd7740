"""What care managers type about milestones."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from orders import rules
from orders.models import Milestone, Owner
from portal.drafts import kept
from portal.errors import Refused

# The same codes as the customer sees, named for who stands on the other side.
OWNERS = [
    (Owner.CARRIER, _("us, the carrier")),
    (Owner.CUSTOMER, _("the customer")),
    (Owner.PERMIT, _("a permit")),
    (Owner.THIRD_PARTY, _("a third party")),
]


class _MilestoneForm(forms.Form):
    """Stands once for each milestone of the page, so that ids carry the milestone's."""

    name: str

    def __init__(self, milestone: Milestone, data: Any = None) -> None:
        initial = {name: getattr(milestone, name, None) for name in self.base_fields}
        super().__init__(data, auto_id=f"id-{self.name}-{milestone.pk}-%s", initial=initial)


@kept("milestone-delay")
class DelayForm(_MilestoneForm):
    name = "delay"
    expected_on = forms.DateField(
        label=_("New expected date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    owner = forms.ChoiceField(label=_("Whom does it wait for now?"), choices=OWNERS)
    reason = forms.CharField(
        label=_("Why does it move?"),
        min_length=5,
        max_length=300,
        help_text=_("The customer reads this in the mail and under “Why it moved”."),
        error_messages={"min_length": _("Say it in a few words: the customer reads them.")},
    )


@kept("milestone-note")
class NoteForm(_MilestoneForm):
    name = "note"
    note = forms.CharField(
        label=_("Note to the customer"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands on the milestone in place of the note before, and is mailed to the customer."),
    )


@dataclass(frozen=True)
class Step:
    """A milestone as the page shows it: where it stands, and the forms its reader may fill in."""

    milestone: Milestone
    state: str
    delay: DelayForm
    note: NoteForm
    refusal: Refused | None = None
    is_overtaken: bool = False


def step(
    milestone: Milestone,
    *,
    today: date,
    given: Iterable[DelayForm | NoteForm] = (),
    refusal: Refused | None = None,
) -> Step:
    """With the forms that were sent in, if any, and else empty ones."""
    filled = {form.name: form for form in given}
    return Step(
        milestone=milestone,
        state=rules.step_state(milestone.status, milestone.expected_on, today),
        delay=cast("DelayForm", filled.get("delay") or DelayForm(milestone)),
        note=cast("NoteForm", filled.get("note") or NoteForm(milestone)),
        refusal=refusal,
    )


def mark_overtaken(steps: Iterable[Step]) -> list[Step]:
    """The steps, told where one to come still has a date before that of a step it waits for."""
    found, latest = [], date.min
    for each in steps:
        expected = each.milestone.expected_on
        is_open = each.state not in ("done", "skipped")
        found.append(replace(each, is_overtaken=bool(each.state == "next" and expected and expected < latest)))
        latest = max(latest, expected) if is_open and expected else latest
    return found


class WaiveForm(forms.Form):
    """Why something that an order costs is not charged after all; stands once for each charge of the page."""

    words = forms.CharField(
        label=_("Why is it waived?"),
        min_length=5,
        max_length=300,
        help_text=_("The customer reads this on the order's page."),
    )
