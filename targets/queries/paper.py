"""Paper of a return: what the printed sheet says, which scan counts, what is still missing."""

from collections.abc import Iterable
from dataclasses import dataclass

from guandu.accounts.checks import allowed
from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.periods import Period
from targets.check_codes import check_code, grouped
from targets.enums_paper import PaperState, PaperStep
from targets.models import PrintedSheet, Return, ReturnVersion, SignedSheet
from targets.queries.sheet import Sheet, sheet_of

RECORDERS = (Permission.RETURN_FILE, Permission.RETURN_CONFIRM)
CHECKERS = (Permission.RETURN_REVIEW, Permission.RETURN_CONFIRM)


@dataclass(frozen=True)
class Printed:
    """One filed version as it is printed; `names` is None until somebody has written them."""

    return_: Return
    sheet: Sheet
    period: Period
    names: PrintedSheet | None

    @property
    def version(self) -> ReturnVersion:
        return self.sheet.version

    @property
    def code(self) -> str:
        return grouped(code_of(self.version))


def printed(return_: Return) -> Printed:
    """Expects a filed return."""
    names = PrintedSheet.objects.filter(version=return_.filed).first()
    return Printed(return_, sheet_of(return_, return_.filed), Period.parse(return_.cycle.period), names)


def code_of(version: ReturnVersion) -> str:
    """The 校验码 of a filed version, without its hyphen."""
    return check_code(version.digest)


def missing_paper(return_: Return) -> tuple[str, ...]:
    """What of the paper must come before the return is confirmed, in words; empty when nothing is."""
    if not return_.cycle.template.needs_scan or return_.filed is None:
        return ()
    sheet = _sheet(return_, PaperStep.FILE)
    version = f"第 {return_.filed.number} 版"
    if sheet is None:
        return (f"{version}的签字盖章扫描件还没有上传",)
    if sheet.state != PaperState.CHECKED:
        return (f"{version}的签字盖章扫描件由{sheet.recorded_name}上传，待他人核对",)
    return ()


def paper_sign_off(return_: Return, step: str) -> SignedSheet | None:
    """The checked sheet that stands for the sign-off of `step` (of the route) on the version that is under
    review; None where there is none. One of an earlier version does not count."""
    sheet = _sheet(return_, step) if return_.filed_id else None
    return sheet if sheet is not None and sheet.state == PaperState.CHECKED else None


def _sheet(return_: Return, step: str) -> SignedSheet | None:
    """The one sheet of the filed version that is not refused."""
    sheets = SignedSheet.objects.filter(version=return_.filed_id, step=step)
    return sheets.exclude(state=PaperState.REFUSED).first()


def signed_sheets(return_: Return) -> list[SignedSheet]:
    """Of every version, the newest first. One query."""
    rows = SignedSheet.objects.filter(version__return_of=return_)
    return list(rows.select_related("version", "scan__file").order_by("-version__number", "-pk"))


def may_record(return_: Return, user: Actor) -> bool:
    filed = return_.filed_id is not None and not return_.is_open
    return filed and any(allowed(user, each, return_) for each in RECORDERS)


def steps_to_record(return_: Return, user: Actor) -> list[tuple[str, str]]:
    """(value, label) of what this person may record: what was signed at a step of the route, the office's
    clerk alone."""
    if not may_record(return_, user):
        return []
    steps = [PaperStep.FILE]
    if allowed(user, Permission.RETURN_CONFIRM, return_):
        route = {each["step"] for each in return_.cycle.template.route}
        steps += [step for step in PaperStep if step in route]
    return [(step.value, step.label) for step in steps]


def to_check(sheets: Iterable[SignedSheet], return_: Return, user: Actor) -> set[int]:
    """Numbers of the sheets for which this person is the second one: they wait, are of the version under
    review, and somebody else recorded them."""
    if return_.is_open or not any(allowed(user, each, return_) for each in CHECKERS):
        return set()
    return {
        each.pk
        for each in sheets
        if each.state == PaperState.WAITING
        and each.version_id == return_.filed_id
        and each.recorded_by != user.actor_key
    }
