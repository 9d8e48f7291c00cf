"""What the office's confirmation settles: 核定值, the lock, the roll-up that is asked for."""

import pytest

from guandu.core.errors import NotAllowed, NotReady
from guandu.jobs.models import Job, OutboxMessage
from targets.actions import bulk, returns
from targets.models import CertifiedValue, Indicator, IndicatorVersion, Return
from tests.plugins.flush import without_guards
from tests.targets.factories import (
    make_cast,
    make_cycle,
    make_district_template,
    make_operator,
    make_park,
    make_reviewer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.mark.feature("B3")
def test_confirming_locks_and_settles_every_reported_cell(cast):
    reviewed = returns.save(return_=cast.draft(), base={"REV": "900"}, by=cast.operator)
    reviewed = cast.reviewed()
    locked = returns.confirm(return_=reviewed, by=cast.office)
    assert (locked.state, locked.approved, locked.draft) == ("locked", locked.filed, None)
    rows = {row.indicator.code: row for row in CertifiedValue.objects.current()}
    assert {code: row.units for code, row in rows.items()} == {
        "REV": 100000, "REV_LEAD": 60000, "FIRMS": 30, "SERVICE_FIRMS": 4,
    }  # fmt: skip
    revenue = rows["REV"]
    assert (revenue.subject_kind, revenue.subject_code, revenue.period) == ("park", "P1", "2026Q2")
    assert (revenue.source, revenue.return_version, revenue.certified_by) == (
        "operator",
        locked.filed,
        "office",
    )
    assert (revenue.base_units, rows["FIRMS"].base_units) == (90000, None)


def test_a_cell_that_was_not_reported_gets_no_value(cast):
    cast.locked(SERVICE_FIRMS="")
    assert set(CertifiedValue.objects.values_list("indicator__code", flat=True)) == {
        "REV",
        "REV_LEAD",
        "FIRMS",
    }


def test_confirming_asks_for_the_quarters_roll_up_once(cast):
    make_park("P2")
    other = make_operator("P2")
    first, second = cast.reviewed(), Return.objects.get(park_code="P2")
    second = returns.save(return_=second, cells={"REV": "1", "REV_LEAD": "1", "FIRMS": "1"}, by=other)
    second = returns.review(return_=returns.file(return_=second, by=other), by=cast.reviewer)
    for each in (first, second):
        returns.confirm(return_=each, by=cast.office)
    job = Job.objects.get()
    assert (job.kind, job.key, job.arguments) == ("figures.roll_up", "2026Q2", {"period": "2026Q2"})
    assert OutboxMessage.objects.filter(payload={"job": job.pk}).exists()


def test_a_former_value_is_superseded_not_changed(cast):
    return_ = cast.reviewed()
    former = CertifiedValue.objects.create(
        indicator=Indicator.objects.get(code="REV"),
        indicator_version=IndicatorVersion.objects.get(indicator__code="REV"),
        subject_kind="park", subject_code="P1", period="2026Q2", units=1, source="history",
        certified_by="补录", certified_at=return_.filed_at,
    )  # fmt: skip
    returns.confirm(return_=return_, by=cast.office)
    former.refresh_from_db()
    assert former.units == 1
    assert former.superseded_at is not None
    assert CertifiedValue.objects.current().get(indicator__code="REV").units == 100000


def test_a_bureaus_number_is_certified_as_the_districts():
    filer = make_reviewer("U-TAX", "tax")
    cast = make_cast()
    return_ = make_cycle("2026Q2", make_district_template("U-TAX")).returns.get()
    return_ = returns.save(return_=return_, cells={"D_TAX": "5000"}, by=filer)
    returns.confirm(return_=returns.file(return_=return_, by=filer), by=cast.office)
    value = CertifiedValue.objects.get()
    assert (value.subject_kind, value.subject_code, value.source, value.units) == (
        "district",
        "",
        "bureau",
        500000,
    )


def test_numbers_that_no_longer_match_their_digest_are_not_approved(cast):
    return_ = cast.filed()
    # What a broken database could hold: the digest of another content.
    with without_guards():
        type(return_.filed).objects.filter(pk=return_.filed.pk).update(digest="0" * 64)
    with pytest.raises(NotReady, match="校验值不一致"):
        returns.review(return_=return_, by=cast.reviewer)


def test_bulk_confirmation_reports_each_item(cast):
    make_park("P2")
    ready, waiting = cast.reviewed(), Return.objects.get(park_code="P2")
    report = bulk.confirm_many(picks=[(ready, ready.version), (waiting, None)], by=cast.office)
    assert [(each.return_.pk, each.done) for each in report] == [(ready.pk, True), (waiting.pk, False)]
    assert "待填报" in report[1].sentence
    assert set(Return.objects.values_list("park_code", "state")) == {("P1", "locked"), ("P2", "draft")}
    assert set(CertifiedValue.objects.values_list("subject_code", flat=True)) == {"P1"}


def test_bulk_confirmation_is_the_offices(cast):
    with pytest.raises(NotAllowed):
        bulk.confirm_many(picks=[(cast.reviewed(), None)], by=cast.reviewer)
    assert not CertifiedValue.objects.exists()
