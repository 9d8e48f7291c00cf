"""Returns as workbooks: what goes out, which file is the right one, what is read of it, what is loaded."""

from io import BytesIO

import openpyxl
import pytest

from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.exchange.workbooks import read_workbook
from targets.actions import returns, workbooks
from targets.enums import NoteKind, WorkbookState
from targets.exchange.marked import marked
from targets.exchange.received import receive
from targets.models import CellNote, Return, ReturnWorkbook
from targets.queries.sheet import sheet_of
from tests.targets.factories import ENTRIES, make_cast, make_cycle, make_operator, make_park
from tests.targets.test_lines import firm_cast
from tests.targets.workbooks import MAIN, filled_in, fresh, loaded, read, sent_back, taken_out

pytestmark = pytest.mark.django_db
GOOD = {"填报!E5": 1000, "填报!F5": 900, "填报!E6": 600, "填报!E7": 30, "填报!E8": 4}


def stored(return_: Return) -> dict:
    return dict(fresh(return_).draft.lines.get().values)


def saved(cast, **cells) -> Return:
    return returns.save(return_=cast.draft(), cells={**ENTRIES, **cells}, base={"REV": "900"}, by=cast.operator)


# What goes out


@pytest.mark.feature("B12")
def test_taken_out_and_sent_back_unchanged_is_no_error_and_no_change():
    cast = make_cast()
    return_ = saved(cast)
    before = stored(return_)
    reading = read(taken_out(return_, cast.operator), return_, cast.operator)
    outlook = workbooks.look(return_=return_, reading=reading, by=cast.operator)
    assert (reading.faults, outlook.changes, outlook.clashes, outlook.gaps) == ((), (), (), ())
    assert reading.counts.seen == reading.counts.accepted == 4
    book = loaded(taken_out(return_, cast.operator), return_, cast.operator)
    assert book.state == WorkbookState.LOADED
    assert stored(return_) == before
    assert fresh(return_).draft.change_counter == return_.draft.change_counter


@pytest.mark.feature("B12")
def test_the_workbook_is_prefilled_locked_and_knows_its_return():
    cast = make_cast()
    book = openpyxl.load_workbook(BytesIO(taken_out(saved(cast), cast.operator)))
    sheet = book[MAIN]
    assert sheet["A1"].value.startswith(cast.park.name)
    assert "2026年" in sheet["A1"].value
    assert [sheet.cell(4, place).value for place in range(1, 10)] == [
        "代码", "分组", "指标", "单位", "本期数", "上年同期可比数", "上期数", "情况说明", "填报要求"
    ]  # fmt: skip
    assert (sheet["A5"].value, sheet["D5"].value, sheet["E5"].value, sheet["F5"].value) == ("REV", "万元", 1000, 900)
    assert sheet.protection.sheet
    assert [sheet[at].protection.locked for at in ("A5", "C5", "E5", "F5", "F6", "G5", "H5")] == [
        True, True, False, False, True, True, False
    ]  # fmt: skip
    hidden = {row[0].value: row[1].value for row in book["_门户"].rows}
    assert book["_门户"].sheet_state == "veryHidden"
    assert (hidden["template"], hidden["period"], hidden["subject"]) == (cast.template.code, "2026Q2", "P1")
    assert "非涉密系统，严禁存储、处理、传输国家秘密和工作秘密" in sheet["A2"].value


@pytest.mark.feature("B12")
def test_firms_stand_in_rows_with_their_codes_a_drop_down_and_open_rows_below():
    cast = firm_cast(2)
    book = openpyxl.load_workbook(BytesIO(taken_out(cast.draft(), cast.operator)))
    sheet = book["企业明细"]
    assert [sheet.cell(3, place).value for place in range(1, 8)] == [
        "代码", "名称", "统一社会信用代码", "在园情况", "营业收入（万元）", "营业收入上期", "营业收入说明"
    ]  # fmt: skip
    assert [sheet.cell(row, 1).value for row in range(4, 8)] == ["E-0001", "E-0002", "REST", None]
    (choice,) = [each for each in sheet.data_validations.dataValidation if each.type == "list"]
    assert choice.formula1 == "在园情况选项"
    assert [cell.value for (cell,) in book["选项"]["A1:A4"]] == ["在园", "迁入", "迁出", "注销"]


def test_what_looks_like_a_formula_stays_a_text():
    cast = make_cast()
    return_ = saved(cast)
    returns.save(return_=return_, reasons={"REV": "=1+1"}, by=cast.operator)
    book = openpyxl.load_workbook(BytesIO(taken_out(return_, cast.operator)))
    assert book[MAIN]["H5"].data_type == "s"


# The right file?


@pytest.mark.feature("B13")
def test_four_wrong_files_get_four_sentences_and_nothing_of_them_is_read():
    cast = make_cast()
    return_ = cast.draft()
    other_park = make_park("P2")
    operator2 = make_operator("P2")
    make_cycle(period="2026Q3", template=cast.template)
    q2 = Return.objects.get(cycle__period="2026Q3", park=cast.park)
    p2 = Return.objects.get(cycle__period="2026Q3", park=other_park)
    mine = Return.objects.get(pk=return_.pk)
    said = {}
    for name, data in {
        "period": taken_out(q2, cast.operator),
        "park": taken_out(p2, operator2),
        "docx": b"PK\x03\x04 not a workbook",
        "foreign": filled_in(taken_out(mine, cast.operator), change=lambda book: book.remove(book["_门户"])),
    }.items():
        target = q2 if name == "park" else mine
        with pytest.raises(Invalid) as refused:
            receive(fresh(target), data, f"{name}.xlsx", cast.operator)
        said[name] = refused.value.message
    assert "是2026年第三季度的，本页是2026年第二季度，没有读取" in said["period"]
    assert "其他单位的，本页是“演示园区P1”，没有读取" in said["park"]
    assert "不是从门户下载的报送工作簿" in said["foreign"]
    assert len(set(said.values())) == 4
    assert not ReturnWorkbook.objects.exists()


@pytest.mark.feature("B13")
def test_a_file_of_an_older_template_is_refused_in_words():
    cast = make_cast()
    return_ = cast.draft()
    data = taken_out(return_, cast.operator)

    def older(book):
        for row in book["_门户"].rows:
            if row[0].value == "template":
                row[1].value = "OTHER-FORM"

    with pytest.raises(Invalid, match="不是《园区季度工作调度表》的，没有读取"):
        receive(fresh(return_), filled_in(data, change=older), "a.xlsx", cast.operator)
    cast.template.pk, cast.template.code, cast.template.number = None, "PARK-Q-0", 0
    cast.template.valid_to = "2026Q2"
    cast.template.save(force_insert=True)

    def former(book):
        for row in book["_门户"].rows:
            if row[0].value == "template":
                row[1].value = "PARK-Q-0"

    with pytest.raises(Invalid, match="本期用第 1 版。请重新下载工作簿"):
        receive(fresh(return_), filled_in(data, change=former), "a.xlsx", cast.operator)


# Every fault at its cell


@pytest.mark.feature("B14")
def test_all_faults_at_once_at_their_cells_even_below_blank_rows():
    cast = firm_cast(30)
    return_ = cast.draft()

    def blanks(book):
        book["企业明细"].insert_rows(4, 3)
        book["填报"].insert_rows(5, 2)

    wrong = {f"企业明细!E{row}": "不详" for row in range(7, 37)}
    wrong |= {"填报!E7": "约600", "填报!E8": "三十", "填报!E9": 4.5, "填报!F10": "2025年"}
    wrong |= {f"企业明细!D{row}": "搬走" for row in (7, 8, 9)} | {"企业明细!A50": "E-9999", "企业明细!B50": "没有的企业"}
    data = filled_in(filled_in(taken_out(return_, cast.operator), change=blanks), wrong)
    reading = read(data, return_, cast.operator)
    places = {str(fault.place) for fault in reading.faults}
    assert places == (set(wrong) - {"企业明细!B50"})
    assert len(reading.faults) == 38
    # Twenty open rows, one of them used, the others empty; rows that no program writes are not there.
    assert (reading.counts.seen, reading.counts.blank) == (reading.counts.accepted + reading.counts.rejected + reading.counts.blank, 19)
    (group,) = [each for each in reading.as_report(workbooks.Outlook())["groups"] if "不详" in each[1]]
    assert group[3] == 30
    assert len(group[2]) == 20


@pytest.mark.feature("B14")
def test_an_empty_required_cell_is_one_message():
    cast = make_cast()
    return_ = cast.draft()
    data = filled_in(taken_out(return_, cast.operator), {"填报!E6": 600, "填报!E7": 30})
    reading = read(data, return_, cast.operator)
    outlook = workbooks.look(return_=return_, reading=reading, by=cast.operator)
    assert [text for _, text in outlook.gaps] == ["请填写营业收入；确实为零请填 0。"]
    faulty = read(filled_in(data, {"填报!E5": "多少"}), return_, cast.operator)
    assert workbooks.look(return_=return_, reading=faulty, by=cast.operator).gaps == ()
    assert [str(each.place) for each in faulty.faults] == ["填报!E5"]


@pytest.mark.feature("B14")
def test_more_faults_than_are_shown_are_counted():
    cast = firm_cast(130)
    return_ = cast.draft()
    data = filled_in(taken_out(return_, cast.operator), {f"企业明细!E{row}": f"约{row}" for row in range(4, 134)})
    report = read(data, return_, cast.operator).as_report(workbooks.Outlook())
    assert (report["fault_count"], len(report["groups"]), report["more"]) == (130, 100, 30)


# Habits


HABITS = {
    "full width": ({"填报!E5": "１，０００．５"}, None, "1000.50"),
    "thousands": ({"填报!E5": "1,234"}, None, "1234.00"),
    "spaces": ({"填报!E5": " 1 234 "}, None, "1234.00"),
    "own unit": ({"填报!E5": "1234万元"}, None, "1234.00"),
    "number as text": ({"填报!E5": "77"}, None, "77.00"),
    "blank formatted rows": ({"填报!E5": 5}, lambda book: formatted(book["填报"], 30, 60), "5.00"),
    "sheets of his own": ({"填报!E5": 5}, lambda book: book.create_sheet("我的底稿").append(["随便"]), "5.00"),
    "another title row": ({"填报!E5": 5}, lambda book: book["填报"].insert_rows(1), "5.00"),
    "rows in another order": ({}, lambda book: swap(book["填报"], 5, 6), None),
    "merged above the head": ({"填报!E5": 5}, lambda book: book["填报"].merge_cells("A3:B3"), "5.00"),
}


def formatted(sheet, first: int, last: int) -> None:
    for row in range(first, last):
        sheet.cell(row, 5).number_format = "0.00"


def swap(sheet, first: int, second: int) -> None:
    for place in range(1, 10):
        one, two = sheet.cell(first, place), sheet.cell(second, place)
        one.value, two.value = two.value, one.value
    sheet.cell(first, 5).value, sheet.cell(second, 5).value = 600, 1000


@pytest.mark.feature("B17")
@pytest.mark.parametrize("habit", HABITS)
def test_habits_are_borne(habit):
    cells, change, wanted = HABITS[habit]
    cast = make_cast()
    return_ = cast.draft()
    data = filled_in(filled_in(taken_out(return_, cast.operator), cells), change=change)
    reading = read(data, return_, cast.operator)
    assert reading.faults == ()
    loaded(data, return_, cast.operator)
    if wanted:
        assert stored(return_)["REV"] == int(wanted.replace(".", ""))
    else:
        assert (stored(return_)["REV"], stored(return_)["REV_LEAD"]) == (100000, 60000)


@pytest.mark.feature("B17")
def test_a_formula_without_its_result_is_a_fault_at_its_cell_and_never_nothing():
    cast = make_cast()
    return_ = saved(cast)
    data = filled_in(taken_out(return_, cast.operator), {"填报!E5": "=600+400"})
    (fault,) = read(data, return_, cast.operator).faults
    assert str(fault.place) == "填报!E5"
    assert "重新保存后再上传，或直接填写数字" in fault.sentence
    assert fault.key == "REV"


ODD = {
    "hidden row": (lambda book: book["填报"].row_dimensions.__getitem__(6).__setattr__("hidden", True), "这一行被隐藏"),
    "merged rows": (lambda book: book["填报"].merge_cells("E5:E6"), "请取消合并单元格 E5:E6"),
    "a row too many": (lambda book: book["填报"].append(["NO_SUCH", "", "某项", "", 5]), "本表没有代码“NO_SUCH”"),
    "a row twice": (lambda book: book["填报"].append([cell.value for cell in book["填报"][5]]), "这一行与第 5 行重复"),
    "a row gone": (lambda book: book["填报"].delete_rows(5), "文件中没有“营业收入”这一行"),
    "labels shifted": (lambda book: book["填报"].__setitem__("C5", "利润总额"), "代码与名称对不上"),
    "a number without a code": (lambda book: book["填报"].__setitem__("E20", 5), "这一行没有代码"),
}


@pytest.mark.feature("B14")
@pytest.mark.parametrize("case", ODD)
def test_what_cannot_be_placed_is_said(case):
    change, sentence = ODD[case]
    cast = make_cast()
    return_ = cast.draft()
    reading = read(filled_in(taken_out(return_, cast.operator), GOOD, change), return_, cast.operator)
    assert any(sentence in fault.sentence for fault in reading.faults), reading.faults
    assert reading.counts.seen == reading.counts.accepted + reading.counts.rejected + reading.counts.blank
    book = sent_back(filled_in(taken_out(return_, cast.operator), GOOD, change), return_, cast.operator)
    with pytest.raises(Invalid, match="没有载入任何内容"):
        workbooks.load(workbook=book, reading=reading, by=cast.operator)
    assert stored(return_) == {}


SHUT = {
    "hidden column": (lambda book: book["填报"].column_dimensions.__getitem__("E").__setattr__("hidden", True), "E、F、G 列被隐藏"),
    "hidden sheet": (lambda book: book["填报"].__setattr__("sheet_state", "hidden"), "被隐藏"),
    "a column gone": (lambda book: book["填报"].delete_cols(6), "表头缺少：上年同期可比数"),
    "the head twice": (lambda book: book["填报"].__setitem__("K4", "本期数"), "表头“本期数”重复"),
    "no head": (lambda book: book["填报"].delete_rows(4), "没有找到表头"),
    "no sheet": (lambda book: book["填报"].__setattr__("title", "表1"), "没有工作表“填报”"),
}


@pytest.mark.parametrize("case", SHUT)
def test_a_table_that_cannot_be_told_is_refused_whole(case):
    change, sentence = SHUT[case]
    cast = make_cast()
    return_ = cast.draft()
    with pytest.raises(Invalid, match=sentence):
        read(filled_in(taken_out(return_, cast.operator), GOOD, change), return_, cast.operator)


def test_what_is_not_read_is_said_and_blocks_nothing():
    cast = firm_cast(1)
    return_ = cast.draft()
    odd = {"填报!K5": "口径有变化", "填报!F6": 5, "企业明细!D4": "迁出"}
    reading = read(filled_in(taken_out(return_, cast.operator), odd), return_, cast.operator)
    assert reading.faults == ()
    assert [line.split(" ")[0] for line in reading.left] == ["填报!K5", "填报!F6", "企业明细!D4"]
    assert "登记册记为“在园”" in reading.left[-1]


# Loading


def test_loading_writes_what_the_file_says_as_one_event():
    cast = make_cast()
    return_ = cast.draft()
    data = filled_in(taken_out(return_, cast.operator), {**GOOD, "填报!H5": "新投产一家"})
    events = AuditEvent.objects.count()
    book = loaded(data, return_, cast.operator)
    assert AuditEvent.objects.count() == events + 2  # kept, loaded
    assert stored(return_) == {"REV": 100000, "REV_LEAD": 60000, "FIRMS": 30, "SERVICE_FIRMS": 4}
    assert fresh(return_).draft.lines.get().base == {"REV": 90000}
    assert CellNote.objects.get(kind=NoteKind.REASON).text == "新投产一家"
    assert (book.version, book.loaded_by) == (return_.draft, cast.operator.actor_name)
    assert returns.file(return_=fresh(return_), by=cast.operator).state == "filed"


def test_a_cell_that_was_cleared_in_the_file_is_cleared():
    cast = make_cast()
    return_ = saved(cast)
    loaded(filled_in(taken_out(return_, cast.operator), {"填报!E8": None}), return_, cast.operator)
    assert "SERVICE_FIRMS" not in stored(return_)


def test_what_was_changed_on_the_page_since_is_not_overwritten_unseen():
    cast = make_cast()
    return_ = saved(cast)
    data = filled_in(taken_out(return_, cast.operator), {"填报!E5": 1200})
    returns.save(return_=return_, cells={"REV": "1100"}, by=cast.operator)
    book = sent_back(data, return_, cast.operator)
    assert book.report["clashes"] == [["营业收入", "1100.00", "1200.00"]]
    reading = read(data, return_, cast.operator)
    with pytest.raises(Conflict):
        workbooks.load(workbook=book, reading=reading, by=cast.operator)
    assert stored(return_)["REV"] == 110000
    workbooks.load(workbook=book, reading=reading, overwrite=True, by=cast.operator)
    assert stored(return_)["REV"] == 120000


def test_the_same_file_sent_twice_is_one_and_another_takes_its_place():
    cast = make_cast()
    return_ = cast.draft()
    data = filled_in(taken_out(return_, cast.operator), GOOD)
    first, again = sent_back(data, return_, cast.operator), sent_back(data, return_, cast.operator)
    assert first.pk == again.pk
    other = sent_back(filled_in(data, {"填报!E5": 1}), return_, cast.operator)
    first.refresh_from_db()
    assert (first.state, other.state) == (WorkbookState.DROPPED, WorkbookState.READY)
    workbooks.load(workbook=other, reading=read(filled_in(data, {"填报!E5": 1}), return_, cast.operator), by=cast.operator)
    with pytest.raises(NotReady, match="已载入，不能再载入"):
        workbooks.load(workbook=other, reading=read(data, return_, cast.operator), by=cast.operator)


def test_nothing_is_loaded_once_the_return_is_filed_and_by_nobody_else():
    cast = make_cast()
    return_ = saved(cast)
    data = filled_in(taken_out(return_, cast.operator), GOOD)
    reading = read(data, return_, cast.operator)
    book = sent_back(data, return_, cast.operator)
    with pytest.raises(NotAllowed):
        workbooks.load(workbook=book, reading=reading, by=cast.reviewer)
    with pytest.raises(NotAllowed):
        workbooks.look(return_=return_, reading=reading, by=cast.reviewer)
    returns.file(return_=return_, by=cast.operator)
    with pytest.raises(NotReady, match="下一步由"):
        workbooks.load(workbook=book, reading=reading, by=cast.operator)


# Fix on screen


@pytest.mark.feature("B16")
def test_good_cells_are_loaded_and_bad_ones_flagged_until_they_are_filled_in():
    cast = make_cast()
    return_ = saved(cast)
    data = filled_in(taken_out(return_, cast.operator), {**GOOD, "填报!E5": "壹仟", "填报!F5": "同上", "填报!E6": 500})
    loaded(data, return_, cast.operator, partly=True)
    assert stored(return_) == {"REV_LEAD": 50000, "FIRMS": 30, "SERVICE_FIRMS": 4}
    sheet = sheet_of(fresh(return_))
    (flagged,) = [cell for cell in sheet.cells if cell.errors]
    assert flagged.form.code == "REV"
    assert any("填报!E5 没有载入" in text and "“壹仟”不是数字" in text for text in flagged.errors)
    assert not any(each.severity == "missing" for each in flagged.findings)
    with pytest.raises(Invalid):
        returns.file(return_=fresh(return_), by=cast.operator)
    returns.save(return_=fresh(return_), cells={"REV": "1000"}, by=cast.operator)
    (left,) = CellNote.objects.filter(kind=NoteKind.UNREAD)
    assert left.of_base
    returns.save(return_=fresh(return_), base={"REV": "900"}, by=cast.operator)
    assert not CellNote.objects.filter(kind=NoteKind.UNREAD).exists()
    assert returns.file(return_=fresh(return_), by=cast.operator).state == "filed"


@pytest.mark.feature("B16")
def test_a_bad_number_of_a_firm_is_flagged_in_its_line():
    cast = firm_cast(2)
    return_ = cast.draft()
    data = filled_in(taken_out(return_, cast.operator), {"企业明细!E4": 10, "企业明细!E5": "保密"})
    loaded(data, return_, cast.operator, partly=True)
    first, second, _ = sheet_of(fresh(return_)).lines.rows
    assert (first.cells[0].value, first.cells[0].errors) == (10, [])
    assert "企业明细!E5 没有载入" in second.cells[0].errors[0]
    returns.save(return_=fresh(return_), cells={"REV@E-0002": "5"}, by=cast.operator)
    assert sheet_of(fresh(return_)).lines.rows[1].cells[0].errors == []


# The file back


@pytest.mark.feature("B15")
def test_the_same_file_comes_back_marked_and_is_taken_once_it_is_mended():
    cast = make_cast()
    return_ = cast.draft()
    wrong = {**GOOD, "填报!E5": "壹仟", "填报!E6": None}
    sent = filled_in(taken_out(return_, cast.operator), wrong, lambda book: book.create_sheet("底稿").append(["我的"]))
    reading = read(sent, return_, cast.operator)
    outlook = workbooks.look(return_=return_, reading=reading, by=cast.operator)
    back = marked(sent, reading, outlook)
    book = openpyxl.load_workbook(BytesIO(back))
    assert book["底稿"]["A1"].value == "我的"
    assert "须改正" in book[MAIN]["E5"].comment.text
    assert "报送前须补齐" in book[MAIN]["E6"].comment.text
    assert [row[1].value for row in book["错误清单"].rows] == ["位置", "填报!E5", "填报!E6"]
    assert book.active.title == "错误清单"
    # Sent back as it is: the same faults, and none of the marks read as data.
    again = read(back, return_, cast.operator)
    assert [str(each.place) for each in again.faults] == ["填报!E5"]
    assert again.left == ("工作表“底稿”不在模板内，没有读取",)
    mended = filled_in(back, {"填报!E5": 1000, "填报!E6": 600})
    done = read(mended, return_, cast.operator)
    assert done.faults == ()
    clean = marked(mended, done, workbooks.look(return_=return_, reading=done, by=cast.operator))
    assert openpyxl.load_workbook(BytesIO(clean))[MAIN]["E5"].comment is None
    assert "错误清单" not in openpyxl.load_workbook(BytesIO(clean)).sheetnames
    loaded(mended, return_, cast.operator)
    assert stored(return_)["REV"] == 100000


@pytest.mark.feature("B15")
def test_marks_of_a_marked_file_are_only_the_last_ones():
    cast = make_cast()
    return_ = cast.draft()
    sent = filled_in(taken_out(return_, cast.operator), {**GOOD, "填报!E5": "一", "填报!E7": "二"})
    first = read(sent, return_, cast.operator)
    back = marked(sent, first, workbooks.look(return_=return_, reading=first, by=cast.operator))
    half = filled_in(back, {"填报!E5": 1000})
    second = read(half, return_, cast.operator)
    book = openpyxl.load_workbook(BytesIO(marked(half, second, workbooks.look(return_=return_, reading=second, by=cast.operator))))
    assert book[MAIN]["E5"].comment is None
    assert book[MAIN]["E7"].comment is not None
    assert book.sheetnames.count("错误清单") == 1


# 数据订正 and lines that the person may not see


def test_a_correction_takes_only_the_cells_that_it_opened():
    from targets.actions import corrections

    cast = make_cast()
    return_ = saved(cast)
    return_ = returns.file(return_=return_, by=cast.operator)
    return_ = returns.review(return_=return_, by=cast.reviewer)
    return_ = returns.confirm(return_=return_, by=cast.office)
    return_ = corrections.open_(return_=return_, codes=["REV"], reason="漏报一家", by=cast.office)
    out = taken_out(return_, cast.operator)
    sheet = openpyxl.load_workbook(BytesIO(out))[MAIN]
    assert (sheet["E5"].protection.locked, sheet["E6"].protection.locked) == (False, True)
    reading = read(filled_in(out, {"填报!E5": 1500, "填报!E6": 700}), return_, cast.operator)
    assert reading.cells == {"REV": "1500"}
    assert "已核定锁定，不在本次数据订正之内" in reading.left[0]


def test_the_reader_counts_rows_a_second_way():
    cast = make_cast()
    data = taken_out(cast.draft(), cast.operator)
    (main, *_) = read_workbook(data, "a.xlsx")
    assert main.counted == len(main.rows)
