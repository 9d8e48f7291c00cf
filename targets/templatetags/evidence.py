"""{% load evidence %}: the files at a cell, and those of the whole return, read once a page."""

from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat

from guandu.core.actors import Actor
from guandu.files.models import Attachment
from targets.check_codes import grouped
from targets.models import Evidence, Return, ReturnVersion, SignedSheet
from targets.queries.evidence import Evidences, evidences_of
from targets.queries.paper import may_record, missing_paper, signed_sheets

register = template.Library()


@register.simple_tag(takes_context=True)
def evidence_at(context: template.Context, version: ReturnVersion, code: str = "") -> list[Evidence]:
    """The files of `version` at the cell `code`; of the whole return for none."""
    return _evidences(context, version).at(code)


def _evidences(context: template.Context, version: ReturnVersion) -> Evidences:
    known: dict[int, Evidences] = context["request"].__dict__.setdefault("evidences_by_version", {})
    if version.pk not in known:
        known[version.pk] = evidences_of(version)
    return known[version.pk]


@register.simple_tag
def paper_of(return_: Return, user: Actor) -> dict[str, Any]:
    """What the page of a return says of its paper; nothing before it is filed."""
    if return_.filed_id is None or return_.is_open:
        return {}
    current: list[SignedSheet] = [each for each in signed_sheets(return_) if each.version_id == return_.filed_id]
    return {"sheets": current, "missing": missing_paper(return_), "may_record": may_record(return_, user)}


@register.filter
def hyphened(code: str) -> str:
    """校验码 as it is printed."""
    return grouped(code)


@register.filter
def file_words(attachment: Attachment) -> str:
    """Type and size."""
    return f"{attachment.file.get_kind_display()}，{filesizeformat(attachment.file.size)}"
