"""The register filled from files: one report of everything that is wrong, all rows or none, and a second
time nothing. Shown on several tables; every table goes out and comes back unchanged."""

from datetime import date

import pytest

from guandu.audit.models import AuditChange, AuditEvent
from guandu.exchange.models import Upload
from parks.exchange.parks import PARKS
from parks.models import (
    Park,
)
from tests.exchange.importing import book, confirm, found_at, last, report, upload

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A8")]


@pytest.fixture
def desk(office, chain, sign_in):
    return sign_in(office)


def park_row(number: int, **values: str) -> dict[str, str]:
    given = {
        "code": f"P-{number:03}", "name": f"导入园区{number}", "carrier": "楼宇类", "opened_on": "2024年5月1日",
        "land_area": "12,345.67", "has_one_stop": "是", "chain": "chain-own",
    }  # fmt: skip
    return {**given, **values}


# Two hundred rows with seven bad ones


BAD = {
    3: ({"land_area": "一百亩"}, "K"),
    20: ({"carrier": "写字楼"}, "F"),
    45: ({"opened_on": "2024年13月1日"}, "I"),
    77: ({"name": ""}, "B"),
    120: ({"code": "P 120"}, "A"),
    150: ({"closed_on": "2020-01-01"}, ""),
    199: ({"built_area": "1.234"}, "M"),
}


def test_seven_bad_rows_of_two_hundred_are_told_at_once_and_nothing_is_written(desk):
    columns = [column.key for column in PARKS.resource.columns if not column.shown]
    rows = [park_row(n, **BAD.get(n, ({}, ""))[0]) for n in range(1, 201)]
    page = upload(desk, PARKS, book(PARKS, *rows, columns=columns))
    told = report(page)
    assert (told.seen, told.accepted, told.rejected, told.blank) == (200, 193, 7, 0)
    expected = {f"{letter}{n + 1}" if letter else f"第 {n + 1} 行" for n, (_, letter) in BAD.items()}
    assert set(found_at(page)) == expected
    assert told.fault_count == 7
    assert "园区" in page.content.decode()
    assert not Park.objects.exists()
    assert not AuditChange.objects.filter(object_type="parks.park").exists()
    assert confirm(desk, last()).status_code == 409
    assert not Park.objects.exists()


def test_two_hundred_good_rows_are_written_once_under_one_event(desk, office):
    rows = [park_row(n) for n in range(1, 201)]
    page = upload(desk, PARKS, book(PARKS, *rows))
    assert (report(page).new, report(page).changed, report(page).same) == (200, 0, 0)
    assert not Park.objects.exists(), "looking writes nothing"
    page = confirm(desk, last())
    assert last().state == Upload.State.WRITTEN
    assert "已导入：新登记 200 条" in page.content.decode()
    event = AuditEvent.objects.get(verb="register.import")
    assert (event.actor_key, event.object_name, event.changes.count()) == ("office", "园区", 400)
    assert last().file_digest[:16] in event.reason
    park = Park.objects.get(code="P-007")
    assert (park.name, park.carrier, park.opened_on, park.land_area, park.has_one_stop, park.has_service_station) == (
        "导入园区7", "building", date(2024, 5, 1), 1234567, True, None,
    )  # fmt: skip
    again = upload(desk, PARKS, book(PARKS, *rows))
    assert (report(again).new, report(again).changed, report(again).same) == (0, 0, 200)
    assert "不必导入" in again.content.decode()
    with pytest.raises(AuditEvent.DoesNotExist):
        AuditEvent.objects.get(verb="register.import", seq__gt=event.seq)


def test_what_differs_is_shown_old_and_new_and_the_rest_is_left_alone(desk):
    upload(desk, PARKS, book(PARKS, park_row(1), park_row(2)))
    confirm(desk, last())
    page = upload(
        desk, PARKS, book(PARKS, park_row(1, land_area="20000", carrier="用地类"), park_row(2), park_row(3))
    )
    assert (report(page).new, report(page).changed, report(page).same) == (1, 1, 1)
    (changed,) = [line for line in report(page).lines if line.kind == "changed"]
    assert set(changed.changes) == {
        ("载体形式", "楼宇类", "用地类"),
        ("占地面积（平方米）", "12,345.67", "20,000.00"),
    }
    confirm(desk, last())
    (event,) = AuditEvent.objects.filter(verb="register.import")[:1]
    change = event.changes.get(object_key="P-001")
    assert (change.before, change.after) == (
        {"carrier": "building", "land_area": 1234567, "version": 1},
        {"carrier": "land", "land_area": 2000000, "version": 2},
    )


def test_what_moved_after_the_look_is_shown_before_it_is_written(desk, park, office):
    upload(desk, PARKS, book(PARKS, {"code": park.code, "name": "新园区名", "opened_on": "2024-01-01"}))
    Park.objects.filter(pk=park.pk).update(name="别人改的名")
    sent = last()
    page = confirm(desk, sent)
    assert page.status_code == 409
    assert "登记内容有变动" in page.content.decode()
    assert ("园区名称", "别人改的名", "新园区名") in report(page).lines[0].changes
    park.refresh_from_db()
    assert park.name == "别人改的名"
    assert confirm(desk, sent).status_code == 200
    park.refresh_from_db()
    assert park.name == "新园区名"


def test_a_second_click_writes_nothing(desk):
    upload(desk, PARKS, book(PARKS, park_row(1)))
    sent = last()
    assert confirm(desk, sent).status_code == 200
    assert confirm(desk, sent).status_code == 409
    assert AuditEvent.objects.filter(verb="register.import").count() == 1


def test_the_same_key_twice_is_told(desk):
    page = upload(desk, PARKS, book(PARKS, park_row(1), park_row(2), park_row(1, name="又一个")))
    assert found_at(page) == {"A4": "与第 2 行重复"}


def test_faults_alike_are_one_line_with_their_cells(desk):
    page = upload(desk, PARKS, book(PARKS, *[park_row(n, carrier="塔楼") for n in range(1, 31)]))
    (group,) = report(page).groups
    assert (len(group.cells), group.count, group.more) == (20, 30, 10)
    assert "等 30 处" in page.content.decode()

