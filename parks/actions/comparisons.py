"""市监登记比对: run by the office, each difference confirmed by its street or said not to be so."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, changed, checked, enter, updated
from guandu.audit.changes import difference, snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotReady
from parks.actions import enterprises
from parks.enums import CodeState, FindingKind, FindingState
from parks.models import Enterprise, RegistryComparison, RegistryFinding
from parks.queries.comparisons import MOST_FINDINGS, Difference, ours_now, read_place


@action("comparison.run")
def compare(
    *,
    file_name: str,
    file_digest: str,
    as_of: date,
    rows: int,
    matched: int,
    differences: Sequence[Difference],
    by: Actor,
) -> RegistryComparison:
    """Store what a comparison found, for the streets to confirm. What waits already with the same words
    is not asked twice, and what our register no longer says is left out. Raises NotAllowed, Invalid."""
    require(by, Permission.COMPARISON_RUN, to="办理登记比对")
    if as_of > clock.today():
        raise Invalid("登记数据日期不能晚于今天。", errors=[("as_of", "不能晚于今天。")])
    if len(differences) > MOST_FINDINGS:
        raise Invalid(f"差异超过 {MOST_FINDINGS} 处，请核对文件是不是本区的登记数据，或分批比对。")
    if RegistryComparison.objects.filter(file_digest=file_digest, as_of=as_of).exists():
        raise Invalid("这份文件已经比对过，请到登记比对中查看。")
    comparison = enter(
        RegistryComparison(
            file_name=file_name[:120], file_digest=file_digest, as_of=as_of, rows=rows, matched=matched,
            compared_by=by, compared_at=clock.now(),
        )
    )  # fmt: skip
    findings = _new_findings(comparison, differences)
    RegistryFinding.objects.bulk_create(findings, batch_size=500)
    changed(difference(each, None) for each in findings)
    return comparison


@action("finding.confirm")
def confirm(
    *, finding: RegistryFinding, on: date | None = None, answer: str = "", by: Actor
) -> RegistryFinding:
    """It is so. An address or a closing (on the day `on`) is entered; a code that the bureau does not
    know becomes 待核; a new name waits for the office. Raises NotAllowed, NotReady when it is decided
    already, Conflict when our register says something else by now, Invalid."""
    _require_decider(finding, by)
    about(finding, reason=answer)
    row = _decide(finding, FindingState.CONFIRMED, answer, by)
    firm = Enterprise.objects.select_related("registered_street").get(pk=row.enterprise_id)
    if ours_now(firm, row.kind) != row.ours:
        raise Conflict(
            "这家企业的登记在比对之后已经改动，请核对后答复与实际不符，或等下一次比对。",
            changes=[(row.get_kind_display(), ours_now(firm, row.kind), row.theirs)],
        )
    values = _values(row, on)
    if values:
        enterprises.describe(firm, values)
    return row


@action("finding.reject")
def reject(*, finding: RegistryFinding, answer: str, by: Actor) -> RegistryFinding:
    """It is not so, and why. Raises NotAllowed, NotReady when it is decided already, Invalid."""
    _require_decider(finding, by)
    about(finding, reason=answer)
    if not answer.strip():
        raise Invalid("请写明与实际不符的情况。", errors=[("answer", "请写明情况。")])
    return _decide(finding, FindingState.REJECTED, answer, by)


def _new_findings(comparison: RegistryComparison, found: Sequence[Difference]) -> list[RegistryFinding]:
    firms = Enterprise.objects.filter(merged_into=None).select_related("registered_street")
    codes = list({each.enterprise_code for each in found})
    known = {firm.code: firm for part in _parts(codes) for firm in firms.filter(code__in=part)}
    streets = {unit.code: unit for unit in Unit.objects.filter(kind=Unit.Kind.STREET)}
    waiting = set(
        RegistryFinding.objects.filter(state=FindingState.WAITING).values_list("enterprise", "kind", "theirs")
    )
    return [
        RegistryFinding(
            comparison=comparison, enterprise=firm, kind=each.kind, street=streets.get(each.street),
            ours=each.ours, theirs=each.theirs, on=each.on,
        )
        for each in found
        if (firm := known.get(each.enterprise_code))
        and ours_now(firm, each.kind) == each.ours
        and (firm.pk, each.kind, each.theirs) not in waiting
    ]  # fmt: skip


def _parts(codes: list[str], size: int = 500) -> list[list[str]]:
    return [codes[start : start + size] for start in range(0, len(codes), size)]


def _require_decider(finding: RegistryFinding, by: Actor) -> None:
    """The street that is asked; the office where the firm has no street."""
    if finding.street_id is None and by.actor_kind == "user" and by.may(Permission.COMPARISON_RUN):
        return
    require(by, Permission.FINDING_DECIDE, finding, to="确认这处差异")


def _decide(finding: RegistryFinding, state: str, answer: str, by: Actor) -> RegistryFinding:
    row = RegistryFinding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if row.state != FindingState.WAITING:
        raise NotReady(f"这处差异{row.get_state_display()}，不能再办理，请刷新页面查看。")
    before = snapshot(row)
    row.state, row.answer, row.decided_by, row.decided_at = state, answer.strip(), by, clock.now()
    checked(row).save()
    updated(row, before)
    return row


def _values(finding: RegistryFinding, on: date | None) -> dict[str, Any]:
    """What the firm becomes. A name is not changed here: the office enters the renaming with its day."""
    if finding.kind == FindingKind.CLOSED:
        day = on or finding.on
        if day is None:
            raise Invalid("请填写注销或吊销的日期。", errors=[("on", "请填写日期。")])
        return {"closed_on": day}
    if finding.kind == FindingKind.MISSING:
        return {"credit_code_state": CodeState.PENDING}
    if finding.kind == FindingKind.MOVED:
        return _moved(finding)
    return {}


def _moved(finding: RegistryFinding) -> dict[str, Any]:
    """A street that is none of the district's leaves the field empty: the firm is registered outside."""
    street, address = read_place(finding.theirs)
    values: dict[str, Any] = {}
    if street is not None:
        values["registered_street"] = Unit.objects.filter(kind=Unit.Kind.STREET, name=street).first()
    if address is not None:
        values["registered_address"] = address
    return values
