"""What a POST may say: every view names its fields, and whatever comes beside them is refused in words.

A field that a form does not have would be passed over anyway; refusing it shows the person, and the
test, that nothing was meant to be taken from it.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from guandu.core.errors import Invalid

View = Callable[..., HttpResponse]

# Carried by every form of a page.
CARRIED = {"csrfmiddlewaretoken"}
REFUSED = "发来的内容中有本页没有的项目，没有办理。请返回刷新页面后重新填写。"
MOST_NAMED, LONGEST = 10, 40


def takes(*parts: str | type[BaseForm], prefixes: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Refuse a POST that says more than `parts`: names of fields, or forms with theirs. What starts with
    one of `prefixes` is left to the view. Stands below the decorators that ask who may."""
    names = {name for part in parts for name in ([part] if isinstance(part, str) else part.base_fields)}

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                refuse_unknown(request, names, prefixes)
            return view(request, *args, **kwargs)

        checked.takes = frozenset(names), prefixes
        return checked

    return decorate


def refuse_unknown(request: HttpRequest, names: Iterable[str], prefixes: tuple[str, ...] = ()) -> None:
    """Raise Invalid that names every field sent beside `names`, files included."""
    sentences = unknown([*request.POST, *request.FILES], names, prefixes)
    if sentences:
        raise Invalid(REFUSED, errors=[("", sentence) for sentence in sentences])


def unknown(sent: Iterable[str], names: Iterable[str], prefixes: tuple[str, ...] = ()) -> list[str]:
    """A sentence for each name of `sent` that is none of `names`, the first few of them."""
    known = CARRIED.union(names)
    found = sorted({name for name in sent if name not in known and not name.startswith(prefixes)})
    return [f"没有“{name[:LONGEST]}”这一项。" for name in found[:MOST_NAMED]]
