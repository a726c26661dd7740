"""What the pages that edit a record share: the form, and what somebody else changed meanwhile."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.companies import notices, selectors, services
from accounts.companies.forms import _Record
from portal.errors import Refused
from portal.http import ActorRequest


def edit(
    request: ActorRequest,
    template: str,
    form: _Record,
    act: Callable[[_Record], Any],
    *,
    context: dict[str, Any],
    back: str,
    done: str,
) -> HttpResponse:
    """The form; the change; or what others changed since, beside what was typed, which is kept."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form)
        except services.Edited as refusal:
            shown = {**context, "form": form.anew(refusal.thing), "refusal": refusal, "theirs": theirs(form, refusal)}
            return render(request, template, shown, status=409)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            messages.success(request, done)
            return redirect(back)
    return render(request, template, {**context, "form": form}, status=422 if form.errors else 200)


def theirs(form: _Record, refusal: services.Edited) -> list[dict[str, Any]]:
    """Who changed what since the page was loaded, newest first."""
    found = selectors.changes_since(refusal.thing, form.cleaned_data["seen"])
    return [
        {"who": event.actor_name, "at": event.at, "lines": notices.lines_of(event.facts.get("changes", []))}
        for event in found
    ]
