"""国民经济行业分类 as a list. Grain: one code."""

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from guandu.accounts.models import User
from parks.enums import IndustryLevel
from parks.models import Industry


def industries_for(user: User, *, level: str = "", section: str = "", text: str = "") -> QuerySet[Industry]:
    """The codes with what stands above each, the section before its members."""
    rows = Industry.objects.visible_to(user).select_related("parent")
    if level:
        rows = rows.filter(level=level)
    if section:
        rows = rows.filter(section=section)
    if text:
        rows = rows.filter(Q(code__istartswith=text) | Q(name__icontains=text))
    first = Case(
        When(level=IndustryLevel.SECTION, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return rows.order_by("section", first, "code")


def industry_choices() -> list[tuple[str, str]]:
    """Sections and divisions to choose from, each division below its section."""
    offered = Industry.objects.filter(level__in=(IndustryLevel.SECTION, IndustryLevel.DIVISION))
    rows = sorted(offered, key=lambda each: (each.section, each.level != IndustryLevel.SECTION, each.code))
    return [(each.code, str(each) if each.level == IndustryLevel.SECTION else f"　{each}") for each in rows]
