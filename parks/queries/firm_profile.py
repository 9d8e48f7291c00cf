"""一企一档: one firm with what the register knows of it, as far as the person may see."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from parks.models import (
    Attribution,
    AttributionClaim,
    Enterprise,
    EnterpriseName,
    Honour,
    RegistryFinding,
    Tenancy,
)
from parks.queries.profile import Milestone
from parks.validators import credit_code_warning

SHOWN_BRANCHES = 50


@dataclass(frozen=True)
class FirmProfile:
    """`head_office` is None also where the person may not see it; `has_hidden_head` tells the two apart."""

    firm: Enterprise
    names: list[EnterpriseName]
    tenancies: list[Tenancy]
    attributions: list[Attribution]
    claims: list[AttributionClaim]
    honours: list[Honour]
    branches: list[Enterprise]
    findings: list[RegistryFinding]
    head_office: Enterprise | None
    has_hidden_head: bool
    code_warning: str
    milestones: list[Milestone]


def firm_profile(firm: Enterprise, user: User, day: date) -> FirmProfile:
    """The firm as it stands on `day`. A fixed number of queries."""
    names = list(firm.names.order_by("-valid_from"))
    tenancies = list(
        Tenancy.objects.visible_to(user)
        .filter(enterprise=firm)
        .select_related("park")
        .order_by("-valid_from", "-pk")
    )
    attributions = list(
        Attribution.objects.visible_to(user)
        .filter(enterprise=firm)
        .select_related("street")
        .order_by("kind", "-valid_from")
    )
    honours = list(firm.honours.with_state(day).select_related("kind").order_by("-valid_from", "pk"))
    head = (
        Enterprise.objects.visible_to(user).filter(pk=firm.head_office_id).first()
        if firm.head_office_id
        else None
    )
    return FirmProfile(
        firm=firm,
        names=names,
        tenancies=tenancies,
        attributions=attributions,
        claims=_claims(firm, user),
        honours=honours,
        branches=list(
            Enterprise.objects.visible_to(user).filter(head_office=firm).order_by("name")[:SHOWN_BRANCHES]
        ),
        findings=list(_findings(firm, user)),
        head_office=head,
        has_hidden_head=bool(firm.head_office_id) and head is None,
        code_warning=credit_code_warning(firm.credit_code),
        milestones=_milestones(firm, names, tenancies, attributions, honours, day),
    )


def _claims(firm: Enterprise, user: User) -> list[AttributionClaim]:
    """What streets say of each other's firms is for streets and the office."""
    if not user.may(Permission.ATTRIBUTION_CLAIM) and not user.may(Permission.ATTRIBUTION_SETTLE):
        return []
    claims = AttributionClaim.objects.visible_to(user).filter(enterprise=firm)
    return list(claims.select_related("street", "claimed_by", "settled_by"))


def _findings(firm: Enterprise, user: User) -> QuerySet[RegistryFinding]:
    rows = RegistryFinding.objects.visible_to(user).filter(enterprise=firm)
    return rows.select_related("comparison", "street", "decided_by").order_by("-comparison__as_of", "-pk")


def _milestones(
    firm: Enterprise,
    names: list[EnterpriseName],
    tenancies: list[Tenancy],
    attributions: list[Attribution],
    honours: list[Honour],
    day: date,
) -> list[Milestone]:
    found = [
        Milestone(on, text)
        for on, text in (
            (firm.established_on, "成立"),
            (firm.closed_on, "注销"),
            (firm.merged_on, "并入其他企业"),
        )
        if on
    ]
    # The first name is no event: it stands since the firm is known.
    found += [
        Milestone(new.valid_from, f"名称或代码变更为{new.name}", f"原为{old.name}")
        for new, old in zip(names, names[1:], strict=False)
    ]
    found += [Milestone(each.valid_from, f"入驻{each.park.name}") for each in tenancies]
    found += [
        Milestone(each.valid_to, f"离开{each.park.name}", each.get_leaving_reason_display())
        for each in tenancies
        if each.valid_to
    ]
    found += [
        Milestone(each.valid_from, f"{each.get_kind_display()}：{each.place}", each.document)
        for each in attributions
    ]
    found += [line for each in honours for line in _honour_lines(each)]
    return sorted((each for each in found if each.at <= day), key=lambda each: each.at, reverse=True)


def _honour_lines(honour: Honour) -> list[Milestone]:
    lines = [Milestone(honour.valid_from, f"获{honour.kind.name}", honour.document)]
    if honour.revoked_on:
        lines.append(Milestone(honour.revoked_on, f"{honour.kind.name}被撤销", honour.revoked_because))
    elif honour.valid_to:
        lines.append(
            Milestone(
                honour.valid_to, f"{honour.kind.name}到期", f"有效至 {honour.valid_to - timedelta(days=1)}"
            )
        )
    return lines
