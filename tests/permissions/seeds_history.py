"""Batches of old numbers on each side, sent in by the department that looks after the side's park."""

from collections.abc import Mapping

from guandu.core import clock
from guandu.exchange.reports import Report
from guandu.exchange.resources import Line
from targets.models import HistoryBatch, HistoryLine, IndicatorVersion
from targets.queries.history.check import Checked
from targets.queries.history.original import packed
from tests.permissions.sides import People, Side, keys

PERIOD = "2021"
# What the side's workbook says, found nowhere else.
SAID = {"own": "33417.29", "other": "88612.53", "third": "44713.97"}


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    sides: Mapping[str, Side] = {"own": own, "other": other}
    checked, stored, signed = (
        {name: make(side, people) for name, side in sides.items()} for make in (_checked, _stored, _signed)
    )
    return {
        "history checked": keys(checked | {"shut": _stored(own, people)}),
        "history stored": keys(stored | {"shut": _checked(own, people)}),
        "history signed": keys(signed | {"shut": _stored(own, people)}),
        "history to give up": keys({"own": _stored(own, people), "other": _stored(other, people), "shut": _signed(own, people)}),
    }


def more(third: Side, people: People) -> None:
    for make in (_checked, _stored, _signed):
        make(third, people)


def _batch(side: Side, state: str, **values) -> HistoryBatch:
    unit = side.park.sponsorships.get().department
    number = f"{SAID[side.name]}"
    report = Report(1, 0, 0, 1, 0, 0, 0, (), (Line(2, "new", side.title, (("营业收入", "", number),)),), "d")
    return HistoryBatch.objects.create(
        name=side.mark("oldtable"), state=state, owner=side.reviewer, unit=unit, file_digest="d", created_at=clock.now(),
        file_name=f"{side.mark('oldfile')}.xlsx", report=report.as_json(), line_count=1, value_count=1, periods=[PERIOD],
        job_number=0, **values,
    )  # fmt: skip


def _checked(side: Side, people: People) -> HistoryBatch:
    line = [2], ["park"], [side.code], [side.title], [PERIOD], [""], [""], [side.mark("olddoc")]
    found = Checked(Report(1, 0, 0, 1, 0, 0, 0, (), (), "d"), line, (("REV", [1]),))
    return _batch(side, "ready", content=packed(found), basis=_basis())


def _stored(side: Side, people: People) -> HistoryBatch:
    batch = _batch(side, "stored", stored_at=clock.now(), basis=_basis())
    HistoryLine.objects.create(
        batch=batch, row=2, scope_kind="park", scope_code=side.code, scope_name=side.title, period=PERIOD,
        document=side.mark("olddoc"), values={"REV": 1},
    )  # fmt: skip
    return batch


def _signed(side: Side, people: People) -> HistoryBatch:
    batch = _stored(side, people)
    batch.state, batch.signed_by, batch.signed_at = "signed", people["office"], clock.now()
    batch.save()
    return batch


def _basis() -> dict:
    version = IndicatorVersion.objects.get(indicator__code="REV")
    return {"cells": [["REV", PERIOD, version.pk]], "parks": []}
