"""Papers from plain values: ranks with their basis, words of comparison only where both numbers are, and the papers of work."""

from datetime import date
from decimal import Decimal

import pytest

from guandu.documents.blocks import Table
from guandu.documents.docx import write_docx
from targets.papers.bulletin import BulletinPaper, bulletin
from targets.papers.parts import FilingRow, NumberLine, Source, number_sentence, ranking
from targets.papers.words import Rated, amount, moved, per_cent, ranked
from targets.papers.work import (
    AgendaItem,
    AgendaPaper,
    Discussed,
    MinutesPaper,
    NoticePaper,
    Resolution,
    agenda,
    minutes,
    notice,
)

pytestmark = pytest.mark.feature("G9")
DAY = date(2026, 10, 20)
SOURCE = Source(
    "2026年第三季度", "2026年第三季度快报（首次发布）", "ABCD1234", 24, 26, DAY, "园区发展办", DAY
)


def said(paper) -> str:
    return "\n".join(paper.texts())


def test_ranks_are_dense_with_ties_and_compare_exactly():
    rows = [
        Rated("甲", 2, 3),
        Rated("乙", 4, 6),
        Rated("丙", 3, 3),
        Rated("丁", 0, 0),
        Rated("戊", 333333, 500000),
    ]
    places = [(each.rated.name, each.place) for each in ranked(rows)]
    assert places == [("丙", 1), ("甲", 2), ("乙", 2), ("戊", 3), ("丁", None)]
    low = [(each.rated.name, each.place) for each in ranked(rows[:3], best_is_low=True)]
    assert low == [("甲", 1), ("乙", 1), ("丙", 2)]


def test_a_ranking_says_its_terms_and_its_definition():
    rows = [FilingRow("甲园", 3, 3, 2, 3, 1), FilingRow("乙园", 0, 0, 0, 0, 0)]
    on_time, returned = ranking(rows, "园区")
    assert on_time.rows[0] == ("1", "甲园", "66.7%", "2", "3")
    assert on_time.rows[1] == ("—", "乙园", "—", "0", "0")
    assert returned.rows[0] == ("1", "甲园", "33.3%", "1", "3")
    assert "按时报送的报表数÷应报报表数" in on_time.note
    assert "并列" in returned.note


@pytest.mark.parametrize(
    ("value", "base", "before", "words"),
    [
        ("110", "100", "105", "营业收入 110.00 万元，同比增长 10.0%，较上季末增长 4.8%"),
        ("110", None, None, "营业收入 110.00 万元"),
        ("90", "100", None, "营业收入 90.00 万元，同比下降 10.0%"),
        ("100", "100", None, "营业收入 100.00 万元，同比持平"),
        ("100", "0", None, "营业收入 100.00 万元"),
        ("100", "-5", None, "营业收入 100.00 万元"),
        (None, "100", "100", "营业收入：尚无核定数"),
    ],
)
def test_a_comparison_is_said_only_where_both_numbers_are(value, base, before, words):
    numbers = {
        name: Decimal(text) if text else None
        for name, text in (("value", value), ("base", base), ("before", before))
    }
    assert number_sentence(NumberLine("营业收入", "万元", 2, period="2026年第三季度", **numbers)) == words


def test_a_share_has_no_growth():
    line = NumberLine("占比", "%", 2, Decimal(30), "2026年第三季度", base=Decimal(20), is_share=True)
    assert number_sentence(line) == "占比 30.00 %"


def test_missing_is_not_zero():
    assert (amount(None, 2), amount(Decimal(0), 0), per_cent(0, 0), per_cent(0, 3)) == ("—", "0", "—", "0.0%")
    assert moved(None, "同比") == ""


def test_what_was_not_chosen_is_not_in_the_bulletin():
    paper = bulletin(
        BulletinPaper(
            SOURCE,
            filing=FilingRow("全区", 3, 3, 2, 3, 1),
            rankings={"园区": [FilingRow("甲", 3, 3, 2, 3, 1)]},
        )
    )
    assert [annex.title for annex in paper.annexes] == ["2026年第三季度各园区报送情况"]
    assert "按时率 66.7%；退回率 33.3%（1/3）" in said(paper)
    assert "目标进度" not in said(paper)


def test_an_agenda_lists_its_items_with_their_sources():
    items = [
        AgendaItem("T07 市级园区", "滞后目标", "区科工信局", "累计 4 个，要求 8 个"),
        AgendaItem("停车难", "未解决诉求"),
    ]
    paper = agenda(
        AgendaPaper(
            "例会议程",
            DAY,
            "三楼会议室",
            "王区长",
            ["区财政局", "区税务局"],
            items,
            "下午3时",
            "园区发展办",
            DAY,
        )
    )
    text = said(paper)
    assert "时间：2026年10月20日下午3时" in text
    assert "参加：区财政局、区税务局" in text
    assert "（一）T07 市级园区\n汇报单位：区科工信局。来源：滞后目标。累计 4 个，要求 8 个。" in text
    assert "（二）停车难\n来源：未解决诉求。" in text
    assert "没有列入议题" in said(agenda(AgendaPaper("例会议程", DAY, "", "", [], [])))


def test_minutes_say_each_resolution_with_owner_and_day():
    items = [
        Discussed(
            "停车难",
            "会议听取汇报",
            [Resolution("新增车位200个", "区城管局", DAY), Resolution("研究收费", "区发改局")],
        )
    ]
    paper = minutes(
        MinutesPaper(
            "会议纪要",
            DAY,
            "三楼",
            "王区长",
            ["甲"],
            items,
            ["乙"],
            "丙",
            number="〔2026〕3号",
            office="园区发展办",
        )
    )
    text = said(paper)
    assert "新增车位200个。（责任单位：区城管局，2026年10月20日前完成）" in text
    assert "研究收费。（责任单位：区发改局）" in text
    assert "请假：乙" in text
    table = next(block for block in paper.body if isinstance(block, Table))
    assert [row[3] for row in table.rows] == ["2026年10月20日", "—"]


def test_a_notice_says_what_by_when_and_on_what_basis():
    asked = NoticePaper(
        "A&B<C> 项目用地",
        "区自然资源局",
        "根据10月例会议定，",
        ["完成调规", "报送进展"],
        DAY,
        ["街道"],
        "已受理",
        "张三 123",
    )
    text = said(notice(asked))
    assert "区自然资源局：" in text
    assert "根据10月例会议定。现就“A&B<C> 项目用地”一事" in text
    assert "1.完成调规。\n2.报送进展。" in text
    assert "请于2026年10月20日前办结" in text
    assert write_docx(notice(asked)) == write_docx(notice(asked))
