"""One way of showing a form whose data go to one action: errors at the fields and in a summary on top."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from guandu.core.errors import Conflict, Invalid, NotReady
from parks.models import Park

REFUSALS = (Conflict, Invalid, NotReady)


@dataclass(frozen=True)
class FormPage:
    """What stands around the form. `park`: whose page it is, None for a list's own; `trail`: (word, address)
    from there on; `back`: where a person goes who changes his mind; `warning`: what will happen, said before
    the button."""

    heading: str
    answer: str
    verb: str
    back: str
    park: Park | None = None
    trail: tuple[tuple[str, str], ...] = ()
    warning: str = ""


def form_page(
    request: HttpRequest, form: forms.BaseForm, page: FormPage, run: Callable[[], tuple[str, str]]
) -> HttpResponse:
    """Show `form`, or call `run`, which answers what to tell the person and where he goes on. What is
    refused leaves everything that was typed on the page."""
    status = 200
    if request.method == "POST":
        try:
            if form.is_valid():
                told, onward = run()
                messages.success(request, told)
                return redirect(onward)
            status = 422
        except REFUSALS as refusal:
            form.refuse(refusal)
            status = refusal.status
    context = {"form": form, "page": page, "errors": list(_errors(form))}
    return render(request, "parks/space_form.html", context, status=status)


def _errors(form: forms.BaseForm):
    for name, texts in form.errors.items():
        for text in texts:
            known = name in form.fields
            yield (f"id_{name}", f"{form[name].label}：{text}") if known else ("", text)
