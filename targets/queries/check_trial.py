"""What a check would have said of the returns last filed. Grain: one return; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import F

from guandu.core.actors import Actor
from guandu.core.periods import Period
from targets.checks import Entries, Finding
from targets.checks.relations import broken_relations
from targets.models import Return, ReturnLine, ReturnTemplate
from targets.queries.conversions import Conversions
from targets.queries.sheet import FormCell, form_cells


@dataclass(frozen=True)
class Broken:
    subject: str
    pk: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Trial:
    """`period` None: nothing of this form was filed yet."""

    period: Period | None
    tried: int = 0
    broken: tuple[Broken, ...] = ()

    @property
    def sentence(self) -> str:
        if self.period is None:
            return "这张表还没有已报送的报表，无从试算。"
        if not self.broken:
            return f"用{self.period.label}已报送的 {self.tried} 张报表试算，没有不符合的。"
        return f"用{self.period.label}已报送的 {self.tried} 张报表试算，{len(self.broken)} 张不符合。"


def try_checks(template: ReturnTemplate, rules: Sequence[Mapping], user: Actor) -> Trial:
    """`rules` on the returns last filed in the template's series that the person may see, with the cells of
    `template`. A fixed number of queries."""
    filed = Return.objects.visible_to(user).filter(cycle__template__series=template.series, filed__isnull=False)
    last = filed.order_by("-cycle__period").values_list("cycle__period", flat=True).first()
    if last is None:
        return Trial(None)
    period = Period.parse(last)
    form = form_cells(template, period)
    returns = {each.filed_id: each for each in filed.filter(cycle__period=last)}
    before = _before(template, form, period)
    tried, broken = 0, []
    for line in ReturnLine.objects.filter(version__in=returns).order_by("subject_code", "pk"):
        return_ = returns[line.version_id]
        entries = Entries(line.values, line.base, before.get(return_.park_id, {}), period.before.year == period.year)
        found = tuple(broken_relations(form, rules, entries))
        tried += 1
        if found:
            broken.append(Broken(return_.subject_name, return_.pk, found))
    return Trial(period, tried, tuple(broken))


def _before(template: ReturnTemplate, form: Sequence[FormCell], period: Period) -> dict[int | None, dict[str, Fraction]]:
    """Park → values filed for the period before, in the units of the form."""
    lines = ReturnLine.objects.filter(
        version__return_of__cycle__template__series=template.series,
        version__return_of__cycle__period=period.before.code,
        version=F("version__return_of__filed"),
    ).values_list("version__return_of__park", "values")
    known = Conversions.among(cell.indicator_id for cell in form)
    factors = {}
    for cell in form:
        version = known.on(cell.indicator_id, period.before.last_day)
        factors[cell.code] = known.factor(version, cell.version) if version else None
    return {
        park: {code: values[code] * factor for code, factor in factors.items() if factor and code in values}
        for park, values in lines
    }
