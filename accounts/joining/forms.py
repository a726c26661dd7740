"""What is typed of requests for access."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal import registries
from portal.errors import Text


class AskForm(forms.Form):
    """What somebody lacks, where they need it, and what for."""

    permission = forms.ChoiceField(label=_("What do you want to do?"))
    places = forms.CharField(
        label=_("On which accounts?"),
        required=False,
        max_length=500,
        help_text=_("Account numbers or names of groups, one on each line. Leave it empty for all."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    why = forms.CharField(
        label=_("What do you need it for?"),
        required=False,
        max_length=500,
        help_text=_("Who decides reads this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, lacking: Mapping[str, Text], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_section: dict[str, list[tuple[str, Text]]] = {}
        titles = registries.sections()
        for code, words in lacking.items():
            by_section.setdefault(str(titles.get(code.partition(".")[0], _("Other"))), []).append((code, words))
        fields: dict[str, Any] = self.fields
        fields["permission"].choices = list(by_section.items())


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Why not?"),
        max_length=500,
        help_text=_("Who asked reads this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
