"""The returns of a park that is merged into another: which are in the way, which are no longer asked for."""

from datetime import date

from django.db.models import QuerySet

from guandu.core.periods import Period
from parks.models import Park
from targets.enums import ReturnState
from targets.models import Return

NEVER_FILED = {"state__in": (ReturnState.DRAFT, ReturnState.EXEMPT), "filed": None, "approved": None}


def begun_since(park: Park, on: date) -> QuerySet:
    """Returns for a period that ends on `on` or later and that were filed once: they stand as reported."""
    return _since(park, on).exclude(**NEVER_FILED)


def drafts_since(park: Park, on: date) -> QuerySet:
    """Never filed, for a period that ends on `on` or later: the survivor's return answers for both."""
    return _since(park, on).filter(**NEVER_FILED)


def _since(park: Park, on: date) -> QuerySet:
    """Grain: one per return. Periods are codes, so they are compared here and not by the database."""
    returns = Return.objects.filter(park=park).select_related("cycle__template")
    late = [each.pk for each in returns if Period.parse(each.cycle.period).last_day >= on]
    return returns.filter(pk__in=late).order_by("cycle__period", "pk")


def obstacles(park: Park, into: Park, on: date) -> list[str]:
    return [
        f"{each.cycle.period}《{each.cycle.template.name}》{each.get_state_display()}，"
        f"合并日期须在 {Period.parse(each.cycle.period).last_day} 之后。"
        for each in begun_since(park, on)
    ]


def effects(park: Park, into: Park, on: date) -> list[str]:
    drafts = list(drafts_since(park, on))
    words = "、".join(f"{each.cycle.period}《{each.cycle.template.name}》" for each in drafts)
    removed = f"尚未报送的 {len(drafts)} 张报表撤销（{words}），" if drafts else ""
    return [f"{removed}包含 {on} 的报告期及以后只向{into.name}布置报表。"]
