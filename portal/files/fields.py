"""The part of a form by which files come in."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from portal.files.intake import KINDS, WORDS, Accepted, Limits, NotAccepted, accept

View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """Let a view's requests be as large as its files; any other is held to the size of a form."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


class FilesInput(forms.FileInput):
    """A chooser of several files."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"multiple": True, "accept": ",".join(f".{ending}" for ending in KINDS)})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else []


class FilesField(forms.Field):
    """Several files, each looked at; its errors name the file, the limit and the way out."""

    widget = FilesInput
    limits: Limits

    def clean(self, value: Any) -> list[Accepted]:
        uploads = list(value or [])
        if self.required and not uploads:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(uploads) > self.limits.at_once:
            most = self.limits.at_once
            message = ngettext_lazy(
                "Choose at most %(most)s file at once; you can add more afterwards.",
                "Choose at most %(most)s files at once; you can add more afterwards.",
                most,
            )
            raise ValidationError(message % {"most": most})
        found, faults = [], []
        for each in uploads:
            _keep_awake()
            try:
                found.append(accept(each, limits=self.limits))
            except NotAccepted as refusal:
                faults.append(ValidationError(str(refusal.message)))
        if faults:
            raise ValidationError(faults)
        return found


def _keep_awake() -> None:
    """The request's transaction is ended by the database when it idles for ten seconds; a large picture takes three."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


class FilesForm(forms.Form):
    """A form with files; a browser cannot keep them when the form comes back, so that they are chosen again."""

    uploads = FilesField(label=_("Files"), required=False)

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["uploads"]
        assert isinstance(field, FilesField)
        field.limits = limits
        field.help_text = _("%(kinds)s; at most %(most)s MB each and %(files)s at once.") % {
            "kinds": WORDS,
            "most": limits.megabytes,
            "files": limits.at_once,
        }
