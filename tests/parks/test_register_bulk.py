"""Thousands of firms come in by sets, with the words and the result of firms coming in one by one."""

import random
from datetime import date

import pytest
from django.db import transaction

from guandu.accounts.models import Unit
from guandu.audit import trail
from guandu.audit.models import AuditChange, AuditEvent
from guandu.core.errors import NotAllowed
from guandu.exchange import actions, received, registers
from guandu.exchange.models import Upload
from guandu.exchange.plain_workbooks import read_plain
from guandu.exchange.reports import Report
from guandu.exchange.written_rows import as_workbook
from guandu.jobs.worker import run_waiting
from guandu.portal.demo.cast import credit_code
from parks.actions import enterprise_sets
from parks.exchange import enterprises_bulk
from parks.exchange.enterprises import ENTERPRISES
from parks.models import Enterprise, EnterpriseName, Tenancy
from tests.exchange.importing import book, confirm, exported, last, report, upload
from tests.factories import make_enterprise, make_industry, make_park, make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A8")]
ROWS = 500
STORED = [field.name for field in Enterprise._meta.concrete_fields if field.name not in {"id"}]


@pytest.fixture
def world(office):
    """Parks, streets, an industry, and firms that the file names in every way."""
    make_park(name="甲园", code="P-A")
    make_park(name="乙园", code="P-B")
    make_unit(Unit.Kind.STREET, name="关上街道", code="S-1")
    make_industry()
    for number in range(0, 60, 2):
        make_enterprise(
            code=f"E-{number}", name=f"老企业{number}", credit_code=credit_code(f"old{number}"), note="备注  两个空格",
            park=None if number % 4 else make_park(name=f"老园{number}"),
        )  # fmt: skip


def rows(*, faulty: bool = False) -> list[dict[str, str]]:
    """New firms, firms as they stand, firms with something else; and with `faulty` every kind of fault."""
    dice = random.Random(7)
    found = [new_firm(number, dice) for number in range(ROWS - 60)]
    for number in range(0, 60, 2):
        known = {"name": f"老企业{number}", "credit_code": credit_code(f"old{number}"), "note": "备注 两个空格"}
        found.append({**known, "code": f"E-{number}" if number % 3 else ""})
        found.append({"code": f"N-{number}", "name": f"没有代码的企业{number}"})
    for number in range(0, 30, 6):
        found[-60 + number] |= {"note": "改过的备注", "registered_street": "关上街道", "name": f"改名{number}"}
    found[-1] |= {"head_office": credit_code("firm3"), "kind": "分支机构"}
    found[-3] |= {"head_office": "E-2", "kind": "分支机构"}
    dice.shuffle(found)
    return [{**row, **(FAULTS[at // 9] if faulty and at % 9 == 0 and at // 9 < len(FAULTS) else {})} for at, row in enumerate(found)]


def new_firm(number: int, dice: random.Random) -> dict[str, str]:
    firm = {
        "name": f"演示企业{number}", "credit_code": credit_code(f"firm{number}"),
        "credit_code_state": dice.choice(["已核实", "待核", ""]), "kind": dice.choice(["企业法人", "个体工商户", ""]),
        "industry": dice.choice(["65", "软件和信息技术服务业", ""]), "is_service_body": dice.choice(["是", "否", ""]),
        "registered_street": dice.choice(["关上街道", "S-1", ""]), "registered_address": f"春城路 {number} 号\\A栋",
        "established_on": dice.choice(["2019-05-01", "2020年6月7日", ""]),
        "closed_on": dice.choice(["2026-01-01", "", ""]),
    }  # fmt: skip
    if number % 3 == 0:
        firm |= {"park": dice.choice(["甲园", "P-B"]), "on": "2024/3/1"}
    return firm


FAULTS = (
    {"credit_code": "91530100MA6K5EXT4A"}, {"credit_code": "12345"}, {"name": ""}, {"name": "长" * 121},
    {"kind": "公司"}, {"industry": "没有的行业"}, {"is_service_body": "也许"}, {"registered_street": "没有的街道"},
    {"established_on": "2020-13-01"}, {"established_on": "2024-01-01", "closed_on": "2023-01-01"},
    {"code": "E 1"}, {"code": "", "credit_code": ""}, {"park": "甲园", "on": ""}, {"park": "", "on": "2024-01-01"},
    {"park": "没有的园", "on": "2024-01-01"}, {"code": "E-4"}, {"code": "E-4", "name": "又一次"},
    {"credit_code": credit_code("old6"), "code": "X-1"}, {"credit_code": credit_code("old8").lower(), "code": ""},
    {"credit_code": "", "credit_code_state": "已核实", "code": "X-2"}, {"head_office": "没有的企业"},
    {"note": "注" * 201}, {"established_on": "2999-01-01"}, {"head_office": "E-2"},
    {"park": "甲园", "on": "2999-01-01"}, {"closed_on": "2024-01-01", "park": "甲园", "on": "2024-02-01"},
    {"code": "E-6", "credit_code": credit_code("old6"), "park": "乙园", "on": "2020-01-01"},
    {"code": "X" * 41}, {"name": "字" * 501},
)  # fmt: skip


def come_in(way: str, data: bytes, office, monkeypatch) -> Report:
    """Look, and write where nothing is wrong."""
    monkeypatch.setattr(actions, "BULK_ROWS", 0 if way == "sets" else 10**6)
    file = received.receive(ENTERPRISES, data, "企业.xlsx")
    found = actions.look(table=ENTERPRISES, rows=file.rows, by=office)
    if found.is_fine:
        sent = actions.keep(table=ENTERPRISES, file=file, report=found, by=office)
        written = actions.import_rows(upload=sent, by=office)
        assert written == found
    return found


def register() -> tuple:
    """Everything that came of it, without keys that the database chose."""
    codes = dict(Enterprise.objects.values_list("pk", "code"))
    firms = {
        row["code"]: {**row, "head_office": codes.get(row["head_office"])} for row in Enterprise.objects.values(*STORED)
    }
    names = sorted(map(str, EnterpriseName.objects.values_list("enterprise__code", "name", "credit_code", "valid_from", "valid_to")))
    tenancies = sorted(Tenancy.objects.values_list("enterprise__code", "park__code", "valid_from", "valid_to"))
    event = AuditEvent.objects.filter(verb="register.import").first()
    said = {"enterprise", "head_office"}
    changes = sorted(
        [
            change.object_type, change.object_key if change.object_type == "parks.enterprise" else "", change.object_name,
            *({k: codes.get(v) if k in said else v for k, v in (part or {}).items()} for part in (change.before, change.after)),
        ]
        for change in AuditChange.objects.filter(event=event)
    ) if event else []  # fmt: skip
    return firms, tenancies, [str(change) for change in changes], names, event and (event.reason, event.object_name)


def both_ways(data: bytes, office, monkeypatch) -> tuple[Report, tuple]:
    """The same report and the same register, whichever way the file took."""
    seen = {}
    for way in ("one by one", "sets"):
        with transaction.atomic():
            told = come_in(way, data, office, monkeypatch)
            seen[way] = told, register()
            assert list(trail.verify()) == []
            transaction.set_rollback(True)
    assert seen["sets"][0].groups == seen["one by one"][0].groups
    assert seen["sets"][0] == seen["one by one"][0]
    assert seen["sets"][1] == seen["one by one"][1]
    return seen["sets"]


def test_five_hundred_firms_are_the_same_by_sets_and_one_by_one(world, office, monkeypatch, prove_figure):
    told, (firms, tenancies, changes, names, _) = both_ways(book(ENTERPRISES, *rows()), office, monkeypatch)
    assert told.is_fine, told.groups
    assert (told.seen, told.new, told.changed, told.same) == (ROWS, ROWS - 30, 5, 25)
    assert len(firms) == ROWS
    assert len(names) == told.new + told.changed
    entered = len([each for each in tenancies if each[2] == date(2024, 3, 1)])
    assert len(changes) == 2 * told.new + 2 * told.changed + entered
    prove_figure("firms alike by sets and one by one", ROWS)


def test_every_fault_has_the_same_words_by_sets_and_one_by_one(world, office, monkeypatch):
    told, _ = both_ways(book(ENTERPRISES, *rows(faulty=True)), office, monkeypatch)
    assert told.fault_count >= len(FAULTS)
    assert told.seen == ROWS


def test_a_second_time_changes_nothing(world, office, monkeypatch):
    data = book(ENTERPRISES, *rows())
    come_in("sets", data, office, monkeypatch)
    again = actions.look(table=ENTERPRISES, rows=received.receive(ENTERPRISES, data, "企业.xlsx").rows, by=office)
    assert (again.new, again.changed, again.same) == (0, 0, ROWS)


def test_what_went_out_comes_back_unchanged_by_sets(world, office, sign_in, monkeypatch):
    come_in("sets", book(ENTERPRISES, *rows()), office, monkeypatch)
    data = exported(sign_in(office), ENTERPRISES)
    told = actions.look(table=ENTERPRISES, rows=received.receive(ENTERPRISES, data, "企业.xlsx").rows, by=office)
    assert (told.new, told.changed, told.same) == (0, 0, Enterprise.objects.count())


def test_a_file_full_of_faults_is_looked_at_in_part_and_says_so(world, office, monkeypatch):
    monkeypatch.setattr(enterprises_bulk, "MOST_WRONG", 20)
    wrong = [{"name": f"企业{number}", "code": f"X {number}"} for number in range(100)]
    told = come_in("sets", book(ENTERPRISES, *wrong), office, monkeypatch)
    assert (told.rejected, told.accepted) == (100, 0)
    assert sorted(group.count for group in told.groups) == [20, 80]


def test_a_long_file_of_firms_goes_through_the_pages_in_the_background(office, sign_in, monkeypatch):
    monkeypatch.setattr(registers, "INLINE_BULK_ROWS", 100)
    desk = sign_in(office)
    made = [{"name": f"企业{number}", "credit_code": credit_code(f"long{number}")} for number in range(ROWS + 1)]
    upload(desk, ENTERPRISES, book(ENTERPRISES, *made))
    run_waiting()
    page = desk.get(f"/register/uploads/{last().pk}/")
    assert (report(page).new, len(report(page).lines)) == (ROWS + 1, 50)
    confirm(desk, last())
    run_waiting()
    assert last().state == Upload.State.WRITTEN
    assert Enterprise.objects.count() == ROWS + 1
    assert AuditEvent.objects.get(verb="register.import").changes.count() == 2 * (ROWS + 1)


def test_only_whoever_enters_firms_enters_many(operator):
    with pytest.raises(NotAllowed):
        enterprise_sets.store(firms=None, new=[], changes=[], by=operator)


# The fast reader


def test_both_readers_read_a_long_file_alike():
    made = [{"name": f"企业 {number}", "credit_code": credit_code(f"{number}"), "note": "=1+1"} for number in range(700)]
    rows = [*made, {}, {"name": "", "note": "x"}, {"name": "长" * 501, "established_on": date(2024, 2, 29)}]
    cells = [[row.get(column.key, "") for column in ENTERPRISES.resource.columns] for row in rows]
    data = as_workbook("企业", ENTERPRISES.plain_heads(), cells).read()
    plain = read_plain(data, "企业.xlsx", "企业", ENTERPRISES.columns())
    assert plain == received._rows(data, "企业.xlsx", received.sought_for(ENTERPRISES))
    assert (plain.seen, plain.blank, len(plain.faults)) == (702, 0, 2)
