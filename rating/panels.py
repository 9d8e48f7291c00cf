"""What this room hands up to shared pages: a park's trial stars, and a tile of them."""

from django.db.models import Count, Q
from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from guandu.web.registry import Panel, Tile, park_panels, tile_sources
from parks.models import Park
from rating.models import Assessment, Scheme
from rating.queries.scores import score_of_park

FEWEST_STARS = 3


@park_panels.register(40)
def trial_stars(user: User, park: Park, quarter: Period) -> list[Panel]:
    """The newest trial score of the park."""
    if not user.may(Permission.ASSESSMENT_VIEW, park):
        return []
    return [Panel("stars", "星级试算", "rating/_panel.html", {"row": score_of_park(park, user)})]


@tile_sources.register(60)
def trial_tile(user: User, quarter: Period) -> list[Tile]:
    """One park: its trial total. Several: how many reach three stars or more."""
    if not user.may(Permission.ASSESSMENT_VIEW):
        return []
    rows = Assessment.objects.visible_to(user).filter(scheme__in=Scheme.objects.newest(), period=quarter.code)
    counts = rows.order_by().aggregate(
        all=Count("pk"), scored=Count("total_units"), starred=Count("pk", filter=Q(stars__gte=FEWEST_STARS))
    )
    if not counts["all"]:
        return []
    if counts["all"] == 1:
        return [_tile_of_park(rows.select_related("park").defer("facts", "snapshot", "result").get(), quarter)]
    note = f"{quarter.label} · 已试算 {counts['scored']}/{counts['all']} · 不作为认定依据"
    url = f"{reverse('rating:list')}?period={quarter.code}"
    return [Tile("试算三星级及以上园区", counts["starred"], "个", url, note=note)]


def _tile_of_park(assessment: Assessment, quarter: Period) -> Tile:
    words = assessment.grade or "缺少数据，暂不评定"
    return Tile(
        "星级试算",
        assessment.total,
        "分",
        reverse("rating:detail", args=[assessment.pk]),
        note=f"{words} · {quarter.label} · 不作为认定依据",
        decimals=2,
    )
