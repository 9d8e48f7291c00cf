"""Files on returns, for tests."""

from datetime import date

from guandu.files.inspection import Checked, check
from guandu.files.kinds import EVIDENCE
from targets.actions import evidence, paper
from targets.models import Evidence, Return, SignedSheet
from targets.queries.paper import code_of
from tests.files.made import pdf

SIGNED_ON = "2026-07-09"


def file(name: str = "说明.pdf", text: str = "") -> Checked:
    return check(pdf(f"({text or name})".encode()), name, EVIDENCE)


def attach(return_: Return, by, code: str = "REV", name: str = "说明.pdf", text: str = "") -> Evidence:
    return evidence.attach(return_=return_, code=code, file=file(name, text), by=by)


def record(return_: Return, by, step: str = "file", code: str = "", name: str = "扫描.pdf") -> SignedSheet:
    return paper.record(
        return_=return_, step=step, signer_name="王主任", signed_on=date.fromisoformat(SIGNED_ON),
        code=code or code_of(return_.filed), file=file(name), by=by,
    )  # fmt: skip
