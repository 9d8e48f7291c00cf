"""名单比对: rosters out to a bureau, counts and park totals back, and nothing about a single firm."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from openpyxl import load_workbook

from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.files.models import Attachment
from parks.models import Park
from targets.actions import corrections, matches, returns, rosters
from targets.forms_match import FEEDBACK, FIRMS, MARK, PENDING
from targets.models import Cycle, Return, ReturnLine, ReturnTemplate, RosterMatch
from targets.queries.differences import differences
from targets.queries.match_rosters import Fed, issued_of, rosters_of
from tests.crash import crash_action, tell
from tests.targets.factories import make_cycle, make_leader_person, make_operator, make_park
from tests.targets.rosters import PERIOD, UGLY, Matching, add_firm, filled, make_matching, sheets_of
from tests.targets.test_lines import queries_of

pytestmark = pytest.mark.django_db
BACKEND = "guandu.accounts.backends.AccountBackend"
GOOD = {"E2": 2, "F2": 1, "G2": "1,234.56 ", "E3": 1, "F3": 0, "G3": 5}
# One more park costs no query more.
PAGE = 15


@pytest.fixture(autouse=True)
def _folder_of_this_test(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def matching() -> Matching:
    return make_matching()


@pytest.fixture
def sign_in(client):
    def sign_in(user):
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


def page(matching: Matching) -> str:
    return f"/rosters/{matching.return_.pk}/"


def sent(data: bytes, **more) -> dict:
    return {"file": SimpleUploadedFile("回填.xlsx", data), "reason": "", "counter": "", **more}


def values(matching: Matching) -> dict[str, dict]:
    lines = ReturnLine.objects.filter(version=matching.fresh().draft, subject_kind="park")
    return dict(lines.values_list("subject_code", "values"))


def test_the_roster_has_every_firm_of_the_period_and_those_without_a_code_apart(matching):
    add_firm(make_park("P9"), 1)
    first = rosters_of(matching.fresh())["P1"]
    assert ([firm.code for firm in first.firms], [firm.code for firm in first.pending]) == (
        ["E-P1-1", "E-P1-2", "E-P1-3"], ["E-P1-4"],
    )  # fmt: skip
    assert "P9" not in rosters_of(matching.fresh())


@pytest.mark.parametrize(("until", "listed"), [(date(2026, 4, 1), False), (date(2026, 4, 2), True), (date(2026, 7, 1), True)])
def test_a_firm_is_listed_that_was_there_on_some_day_of_the_period(matching, until, listed):
    add_firm(Park.objects.get(code="P1"), 9, until=until)
    assert ("E-P1-9" in [firm.code for firm in rosters_of(matching.fresh())["P1"].firms]) is listed


@pytest.mark.feature("B12")
def test_the_workbook_carries_rosters_as_texts_and_an_empty_row_for_each_park(matching):
    found = sheets_of(matching.workbook())
    assert found[FEEDBACK] == [
        ["园区编码", "园区", "名单户数", "代码待核户数", "匹配户数", "未匹配户数", "营业收入（万元）"],
        ["P1", "演示园区P1", "3", "1"],
        ["P2", "演示园区P2", "1", "0"],
    ]
    assert [row[0] for row in found[FIRMS]] == ["内部资料。测试导出。", "园区编码", "P1", "P1", "P1", "P2"]
    assert found[FIRMS][-1][3:] == [UGLY, "2024-01-01", "至今"]
    assert found[PENDING][2:] == [["P1", "演示园区P1", "演示企业P1-4", "2024-01-01", "至今"]]
    book = load_workbook(BytesIO(matching.workbook()))
    assert book[MARK].sheet_state == "hidden"
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_it_leaves_with_a_purpose_and_is_in_the_trail(matching, sign_in):
    client = sign_in(matching.filer)
    assert client.post(page(matching) + "export/", {"purpose": "看"}).status_code == 422
    assert not AuditEvent.objects.filter(verb="roster.export").exists()
    answer = client.post(page(matching) + "export/", {"purpose": "二季度税收名单比对"})
    mark = sheets_of(b"".join(answer.streaming_content))[FIRMS][0][0]
    assert "用途：二季度税收名单比对" in mark
    assert matching.filer.name in mark
    event = AuditEvent.objects.get(verb="roster.export")
    assert (event.outcome, event.reason, event.object_key) == ("done", "二季度税收名单比对（5 户）", str(matching.return_.pk))


def test_others_see_the_counts_and_take_no_roster(matching, sign_in):
    matching.put(P1=(2, 1, "900"))
    matching_filed = returns.file(return_=matching.fresh(), by=matching.filer)
    leader = make_leader_person()
    shown = sign_in(leader).get(page(matching)).content.decode()
    assert "匹配 <strong>2</strong>/3 户" in shown
    assert "下载名单" not in shown
    assert "/files/" not in shown
    assert sign_in(leader).post(page(matching) + "export/", {"purpose": "看看名单"}).status_code == 403
    assert sign_in(make_operator()).get(page(matching)).status_code == 404
    with pytest.raises(NotAllowed):
        matches.export(return_=matching_filed, purpose="看看名单", count=1, by=leader)


def test_a_park_s_own_return_has_no_such_page(matching, sign_in):
    own = make_cycle("2026Q2", ReturnTemplate.objects.get(code="PARK-Q")).returns.first()
    assert sign_in(matching.office).get(f"/rosters/{own.pk}/").status_code == 404


@pytest.mark.feature("B12", "B18")
def test_the_filled_workbook_becomes_lines_and_counts_under_one_event(matching, sign_in):
    client = sign_in(matching.filer)
    before = AuditEvent.objects.count()
    answer = client.post(page(matching), sent(filled(matching.workbook(), **GOOD)), follow=True)
    assert "已写入 2 个园区" in answer.content.decode()
    assert values(matching) == {"P1": {"REV": 123456}, "P2": {"REV": 500}}
    counts = RosterMatch.objects.values_list("park_code", "listed", "pending", "matched", "unmatched")
    assert list(counts) == [("P1", 3, 1, 2, 1), ("P2", 1, 0, 1, 0)]
    event = AuditEvent.objects.get(verb="roster.match")
    assert AuditEvent.objects.count() == before + 1
    changed = set(event.changes.values_list("object_type", flat=True))
    assert {"targets.rostermatch", "targets.returnline", "files.attachment"} <= changed
    assert Attachment.objects.get().owner_kind == "return.roster"


def test_a_row_that_says_nothing_stays_as_it_is_and_an_empty_number_empties_its_cell(matching):
    returns.save(return_=matching.fresh(), cells={"REV@P1": "7", "REV@P2": "8"}, by=matching.filer)
    read = matching.read(filled(matching.workbook(), E2=3, F2=0))
    assert (read.faults, read.blank) == ((), ("演示园区P2",))
    matching.put(P1=(3, 0, ""))
    assert values(matching) == {"P1": {}, "P2": {"REV": 800}}


def test_deleting_the_rosters_before_sending_it_back_is_no_fault(matching):
    def without(book):
        del book[FIRMS], book[PENDING]

    assert matching.read(filled(matching.workbook(), without, **GOOD)).faults == ()


WRONG = {
    "counts do not add up": ({"F2": 2}, [f"{FEEDBACK}!F2：匹配与未匹配合计 4 户，应等于名单户数 3 户"]),
    "a count is missing": ({"F2": None}, [f"{FEEDBACK}!F2：请填写未匹配户数，不小于零的整数"]),
    "a count is broken": ({"E2": "2.5"}, [f"{FEEDBACK}!E2：请填写匹配户数，不小于零的整数"]),
    "a count is negative": ({"E2": -1, "F2": 4}, [f"{FEEDBACK}!E2：请填写匹配户数，不小于零的整数"]),
    "a word": ({"G2": "约900"}, [f"{FEEDBACK}!G2：“约900”不是数字，请只填数字；没有数据请留空"]),
    "another unit": ({"G2": "9亿元"}, [f"{FEEDBACK}!G2：“9亿元”的单位是亿元，本项以万元为单位，请换算后只填数字"]),
    "too fine": ({"G2": "9.001"}, [f"{FEEDBACK}!G2：9.001 的小数位数过多，最多保留 2 位小数"]),
    "nothing matched and yet a number": (
        {"E2": 0, "F2": 3}, [f"{FEEDBACK}!G2：匹配户数为 0，没有可以汇总的企业，请留空"],
    ),
    "the roster's count altered": ({"C2": 4}, [f"{FEEDBACK}!C2：名单户数应为 3，请不要改动"]),
    "a park of its own": ({"A4": "P7", "E4": 1}, [f"{FEEDBACK}!A4：名单中没有这个园区，请不要增加行"]),
    "a park twice": ({"A4": "P1", "E4": 1}, [f"{FEEDBACK}!A4：园区编码与第 2 行重复，请只留一行"]),
    "a formula without a result": ({"G2": "=1+1"}, [f"{FEEDBACK}!G2：公式没有算出结果，请改为具体内容"]),
    "two rows at once": (
        {"F2": 2, "G3": "x"},
        [
            f"{FEEDBACK}!F2：匹配与未匹配合计 4 户，应等于名单户数 3 户",
            f"{FEEDBACK}!G3：“x”不是数字，请只填数字；没有数据请留空",
        ],
    ),
}  # fmt: skip


@pytest.mark.feature("B14")
@pytest.mark.parametrize("name", WRONG)
def test_every_fault_is_told_with_its_cell_and_nothing_is_written(name, matching, sign_in):
    cells, said = WRONG[name]
    data = filled(matching.workbook(), **GOOD | cells)
    assert list(matching.read(data).faults) == said
    answer = sign_in(matching.filer).post(page(matching), sent(data))
    assert answer.status_code == 422
    assert all(each in answer.content.decode() for each in said)
    assert (values(matching), RosterMatch.objects.count(), Attachment.objects.count()) == ({"P1": {}, "P2": {}}, 0, 0)


def _values_by_firm(book):
    book[FIRMS]["G3"] = 900


def _a_number_for_a_day(book):
    book[FIRMS]["E3"] = 900


def _a_sheet_of_firms(book):
    book.create_sheet("明细").append(["91530100P100000001", 900])


def _no_mark(book):
    del book[MARK]


def _forged(book):
    book[MARK]["B2"] = "30"


NOT_TAKEN = {
    "a column of values": (_values_by_firm, "企业名单”的 G3 有逐户数据"),
    "a number in the roster": (_a_number_for_a_day, "企业名单”的 E3 有逐户数据"),
    "a sheet of firms": (_a_sheet_of_firms, "明细”的 A1 有逐户数据"),
    "no hidden sheet": (_no_mark, "不是从名单比对页下载的文件"),
    "counts forged": (_forged, "不是从名单比对页下载的文件"),
}


@pytest.mark.feature("B13")
@pytest.mark.parametrize("name", NOT_TAKEN)
def test_a_file_with_firms_values_or_not_ours_is_refused_whole(name, matching):
    spoil, said = NOT_TAKEN[name]
    with pytest.raises(Invalid, match=said):
        matching.read(filled(matching.workbook(), spoil, **GOOD))


@pytest.mark.feature("B13")
def test_another_period_another_form_and_another_return_are_told_apart(matching):
    data = matching.workbook()
    later = make_cycle("2026Q3", matching.return_.cycle.template).returns.get()
    with pytest.raises(Invalid, match="这是《园区营业收入部门反馈表》2026年第二季度的名单，本表是.*第三季度"):
        Matching(matching.office, matching.filer, later).read(data)
    moved = Return.objects.get(pk=later.pk)
    Cycle.objects.filter(pk=matching.return_.cycle_id).update(period="2026Q1")
    Cycle.objects.filter(pk=later.cycle_id).update(period="2026Q2")
    with pytest.raises(Invalid, match="另一张报表的名单"):
        Matching(matching.office, matching.filer, moved).read(data)


def test_a_roster_that_moved_is_named_and_goes_on_with_a_reason(matching, sign_in):
    data = filled(matching.workbook(), **GOOD | {"F2": 9})
    add_firm(Park.objects.get(code="P2"), 2)
    client = sign_in(matching.filer)
    shown = client.post(page(matching), sent(data)).content.decode()
    assert "名单下载以后，演示园区P2的企业名单有变动" in shown
    assert "!F2" not in shown
    assert "!F2" in client.post(page(matching), sent(data, reason="按月初名单比对")).content.decode()
    good = filled(data, F2=1)
    assert client.post(page(matching), sent(good, reason="按月初名单比对")).status_code == 302
    reasons = dict(RosterMatch.objects.values_list("park_code", "moved_reason"))
    assert reasons == {"P1": "", "P2": "按月初名单比对"}
    assert "按原名单办理：按月初名单比对" in client.get(page(matching)).content.decode()


def test_a_cell_that_somebody_changed_since_is_not_written_over(matching, sign_in):
    counter = matching.fresh().draft.change_counter
    returns.save(return_=matching.fresh(), cells={"REV@P1": "7"}, by=matching.filer)
    answer = sign_in(matching.filer).post(page(matching), sent(filled(matching.workbook(), **GOOD), counter=str(counter)))
    assert answer.status_code == 409
    assert (values(matching)["P1"], RosterMatch.objects.count()) == ({"REV": 700}, 0)
    with pytest.raises(Conflict):
        matches.match(
            return_=matching.fresh(), rows=[Fed("P1", 3, 0, {"REV": "9"})], counter=counter, by=matching.filer,
            issued=issued_of(rosters_of(matching.fresh())), file=None,
        )  # fmt: skip


def test_the_action_itself_holds_the_sum(matching):
    with pytest.raises(Invalid, match="与名单不符"):
        matching.put(P1=(3, 1, "9"))


def test_what_was_found_is_frozen_with_the_version_and_in_its_digest(matching):
    bare = returns.version_digest(matching.fresh().draft)
    matching.put(P1=(2, 1, ""))
    assert returns.version_digest(matching.fresh().draft) != bare
    filed = returns.file(return_=matching.fresh(), by=matching.filer)
    row = RosterMatch.objects.get(version=filed.filed)
    for write in (
        lambda: RosterMatch.objects.filter(pk=row.pk).update(matched=1, unmatched=2),
        lambda: RosterMatch.objects.filter(pk=row.pk).delete(),
        lambda: RosterMatch.objects.create(
            version=filed.filed, park_code="P2", park_name="x", listed=0, matched=0, unmatched=0, file=row.file
        ),
    ):
        with pytest.raises(DatabaseError, match="locked roster match"), transaction.atomic():
            write()
    with pytest.raises(NotReady):
        matching.put(P1=(3, 0, "9"))


def test_a_version_without_it_has_the_digest_that_it_always_had(matching, monkeypatch):
    filed = returns.file(return_=matching.fresh(), by=matching.filer)
    monkeypatch.setattr(returns, "_found", lambda version: {})
    assert returns.version_digest(filed.filed) == filed.filed.digest


def test_sending_it_back_carries_it_on_and_withdrawing_a_correction_drops_the_copy(matching):
    matching.put(P1=(2, 1, "900"))
    filed = returns.file(return_=matching.fresh(), by=matching.filer)
    back = returns.send_back(return_=filed, comment="请核对", by=matching.office)
    assert [str(each) for each in back.draft.matches.all()] == ["演示园区P1 匹配 2/3 户"]
    matching.put(P1=(3, 0, "950"))
    assert filed.filed.matches.get().matched == 2
    locked = returns.confirm(return_=returns.file(return_=matching.fresh(), by=matching.filer), by=matching.office)
    opened = corrections.open_(return_=locked, codes=["REV"], reason="漏一户", by=matching.office)
    matching.put(P1=(1, 2, "800"))
    corrections.withdraw(return_=opened, reason="无误", by=matching.office)
    assert list(RosterMatch.objects.values_list("version__number", "matched")) == [(1, 2), (2, 3)]


def test_a_park_that_leaves_the_roster_of_lines_takes_its_counts_along(matching):
    matching.put(P1=(3, 0, ""), P2=(1, 0, ""))
    Park.objects.filter(code="P2").update(opened_on=date(2026, 7, 1))
    rosters.refresh(return_=matching.fresh(), by=matching.filer)
    assert list(RosterMatch.objects.values_list("park_code", flat=True)) == ["P1"]


def test_coverage_stands_beside_the_lines_and_the_differences(matching, sign_in):
    matching.put(P1=(2, 1, "900"))
    client = sign_in(matching.filer)
    assert "匹配 2/3 户" in client.get(f"/returns/{matching.return_.pk}/").content.decode()
    filed = returns.file(return_=matching.fresh(), by=matching.filer)
    shown = sign_in(matching.office).get(f"/returns/{filed.pk}/").content.decode()
    assert "匹配 2/3 户" in shown
    assert page(matching) in shown
    own = make_cycle("2026Q2", ReturnTemplate.objects.get(code="PARK-Q")).returns.get(park_code="P1")
    operator = make_operator()
    told = {"REV": "1000", "REV_LEAD": "1", "FIRMS": "3", "SERVICE_FIRMS": "0"}
    returns.file(return_=returns.save(return_=own, cells=told, by=operator), by=operator)
    [row] = differences(matching.office, PERIOD)
    assert (row.coverage.matched, row.coverage.listed) == (2, 3)
    assert "覆盖：匹配 2/3 户" in client.get("/returns/differences/?period=2026Q2").content.decode()


def test_the_file_is_for_the_bureau_and_the_office(matching, sign_in):
    matching.put(P1=(2, 1, "900"))
    returns.file(return_=matching.fresh(), by=matching.filer)
    address = f"/files/{Attachment.objects.get().pk}/"
    statuses = [sign_in(person).get(address).status_code for person in (matching.filer, matching.office, make_leader_person())]
    assert statuses == [200, 200, 404]


@pytest.mark.feature("B19")
def test_a_file_is_kept_as_long_as_anything_of_it_stands(matching):
    for number, parks in enumerate([{"P1": (3, 0, "9"), "P2": (1, 0, "5")}, {"P1": (2, 1, "8")}, {"P1": (1, 2, "7")}], start=1):
        matching.mark = f"第 {number} 份"
        matching.put(**parks)
    names = {m.park_code: m.file_id for m in RosterMatch.objects.all()}
    assert set(names.values()) == set(Attachment.objects.values_list("pk", flat=True))
    assert (len(set(names.values())), Attachment.objects.count()) == (2, 2)


@pytest.mark.parametrize("parks", [1, 3])
def test_one_park_and_three_cost_the_same_queries(matching, sign_in, parks):
    for number in range(3, 3 + parks):
        add_firm(make_park(f"P{number}"), 1)
    rosters.refresh(return_=matching.fresh(), by=matching.filer)
    matching.put(**{f"P{number}": (1, 0, "5") for number in range(3, 3 + parks)})
    client = sign_in(matching.filer)
    client.get(page(matching))
    assert queries_of(lambda: client.get(page(matching))) == PAGE


@pytest.mark.feature("B18")
@pytest.mark.django_db(transaction=True)
def test_a_crash_at_any_statement_leaves_nothing_half_in(matching, prove_figure):
    def repair():
        matching.filer.forget_grants()

    tell(prove_figure, crash_action(lambda: matching.put(P1=(2, 1, "900"), P2=(1, 0, "5")), repair))
    assert RosterMatch.objects.count() == 2
