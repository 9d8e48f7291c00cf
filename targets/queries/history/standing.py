"""What stands where history is entered. Grain: one 核定值 by indicator, subject and period."""

from collections.abc import Collection

from guandu.core.actors import Actor
from targets.models import CertifiedValue

Key = tuple[str, str, str, str]  # indicator, kind, code, period


def standing(by: Actor, codes: Collection[str], periods: Collection[str]) -> dict[Key, int]:
    """The 核定值 that `by` may see, in units of their versions. One query."""
    rows = CertifiedValue.objects.visible_to(by).current().filter(indicator__code__in=codes, period__in=periods)
    return {
        key: units
        for *key_parts, units in rows.values_list(
            "indicator__code", "subject_kind", "subject_code", "period", "units"
        ).iterator(chunk_size=5000)
        for key in [tuple(key_parts)]
    }
