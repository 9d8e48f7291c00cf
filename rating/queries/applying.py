"""Which of the schemes in use applies to which park (分类管理): data of the office, the most particular line first."""

from collections.abc import Iterable, Sequence
from datetime import date

from rating.engine import Facts
from rating.models import Scheme, SchemeScope


def scopes_on(day: date) -> list[SchemeScope]:
    """The lines in force on `day`. One query."""
    return list(SchemeScope.objects.filter(valid_from__lte=day).exclude(valid_to__lte=day))


def shared_out(
    schemes: Iterable[Scheme], cohort: Sequence[Facts], scopes: Sequence[SchemeScope]
) -> list[tuple[Scheme, list[Facts]]]:
    """Every scheme with the parks that it applies to, in the order given. A line by carrier and chain goes before one by
    chain, that before one by carrier, that before one for all. A park that no line names has every scheme that no
    line names."""
    schemes = list(schemes)
    coded = {scope.scheme_code for scope in scopes}
    chosen = {facts.entity: _code_for(facts, scopes) for facts in cohort}

    def has(scheme: Scheme, facts: Facts) -> bool:
        code = chosen[facts.entity]
        return scheme.code == code if code is not None else scheme.code not in coded

    return [(scheme, [facts for facts in cohort if has(scheme, facts)]) for scheme in schemes]


def _code_for(facts: Facts, scopes: Sequence[SchemeScope]) -> str | None:
    carrier, chain = facts.attributes.get("attr.carrier"), facts.attributes.get("attr.park_type")
    fitting = [
        scope for scope in scopes if scope.carrier in ("", carrier) and scope.chain_code in ("", chain)
    ]
    if not fitting:
        return None
    return max(fitting, key=lambda scope: (bool(scope.chain_code), bool(scope.carrier))).scheme_code
