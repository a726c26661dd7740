"""What both sides type about an order."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.selectors import suggest_colleagues
from orders.models import MilestoneKind
from portal.cells import zone_name
from portal.drafts import kept
from portal.files import FilesForm
from portal.suggestions import SuggestField


class MomentField(forms.DateTimeField):
    """A moment where the person is; the zone stands beside it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)


def _ours() -> str:
    """Whose time a promised moment is typed in, and what follows when it is missed."""
    words = _(
        "In your time, %(zone)s. The customer reads it in theirs. If it is missed, the order is escalated by itself."
    )
    return str(words) % {"zone": zone_name(timezone.localtime())}


class WriteForm(FilesForm):
    """A message to the other side, with files."""

    text = forms.CharField(
        label=_("Message"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    field_order = ("text", "update_by", "uploads")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].is_needed = True  # type: ignore[attr-defined]  # read by components/_field.html

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not data.get("text") and not data.get("uploads"):
            self.add_error("text", _("Write a message, choose a file, or both."))
        return data


@kept("order-question")
class QuestionForm(WriteForm):
    """What a customer writes to the care manager."""


@kept("order-answer")
class AnswerForm(WriteForm):
    """What the care manager writes, and until when the next word follows."""

    update_by = MomentField(label=_("Next update by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["update_by"].help_text = _ours()


@kept("order-promise")
class PromiseForm(forms.Form):
    """Until when the customer hears again, and of what."""

    update_by = MomentField(label=_("Next update by"))
    about = forms.CharField(
        label=_("What will they hear of?"),
        max_length=200,
        required=False,
        help_text=_("In a few words, as: the result of the fiber test."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["update_by"].help_text = _ours()


@kept("order-escalation")
class EscalationForm(forms.Form):
    """Why an order must go further up."""

    reason = forms.CharField(
        label=_("What is wrong?"),
        min_length=5,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"min_length": _("Say it in a few words: whom it goes to starts from them.")},
    )
    wants_call = forms.BooleanField(label=_("Call me back"), required=False)


@kept("order-resolution")
class ResolutionForm(forms.Form):
    """What came of it."""

    resolution = forms.CharField(
        label=_("What was done?"),
        min_length=5,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads it here and in a mail."),
        error_messages={"min_length": _("Say what was done: the customer reads it.")},
    )


class InternalNoteForm(forms.Form):
    """For colleagues alone. Not kept while it is typed: the customers' side can read the table of drafts."""

    note = forms.CharField(
        label=_("Internal note"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what your colleagues should know.")},
    )


# --- many orders together -----------------------------------------------------------------------------


class CompleteForm(forms.Form):
    """Which milestone is done on all of them."""

    kind = forms.ChoiceField(label=_("Milestone"))

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [(kind, f"{MilestoneKind(kind).label} ({count})") for kind, count in kinds]


class TellForm(forms.Form):
    """The same words on each of them."""

    text = forms.CharField(
        label=_("Message to the customers"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Each customer reads it on the order and in a mail."),
        error_messages={"required": _("Write a message.")},
    )


class HandOverForm(forms.Form):
    """To whom they go."""

    who = SuggestField(label=_("To whom"), help_text=_("A colleague, by a part of the name."))
    words = forms.CharField(
        label=_("What should they and the customers know?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customers read it in the mail that tells them who it is now."),
    )

    def __init__(self, *args: Any, url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["who"]
        field.offer(suggest_colleagues, url)
