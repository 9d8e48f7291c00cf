"""得分说明 as Word and PDF: everything that the page explains, from the stored score alone."""

from datetime import date
from decimal import Decimal

import pytest

from guandu.documents.docx import write_docx
from guandu.documents.text_reader import read
from rating.engine import Facts, Input, Override, load_scheme, score
from rating.papers.score import ScorePaper, score_paper
from tests.rating.engine_schemes import X, group, item, scheme_text

pytestmark = [pytest.mark.feature("E7"), pytest.mark.once]

NAME = "甲&乙<丙>“丁”园区（一期、二期及配套商务楼宇）"
STEPS = {"kind": "per_unit", "units": [{"input": "X", "points": "3"}]}
GATE = {
    "code": "V", "title": "事故一票否决", "kind": "veto", "basis": "行动计划二(四)¶1", "missing": "pending",
    "any_of": [{"input": "Y", "more_than": "0"}],
}  # fmt: skip


def paper_of(**given):
    text = scheme_text(
        [group("G", 20, [item("I", 10, STEPS, basis="行动计划二(二)¶3", override="true"), item("J", 10, STEPS, missing="zero")])],
        inputs={"X": X | {"min": "0"}, "Y": {"title": "事故", "unit": "起"}},
        gates=[GATE],
        grades={
            "inclusive": "lower",
            "levels": [{"code": "three", "title": "三星级", "stars": 3, "from": "10"}, {"code": "none", "title": "未达星级"}],
        },
    )
    scheme = load_scheme(text)
    source = {"figure": 1, "version": 2, "code": "ABCDEFGH"}
    inputs = {"X": Input(Decimal(4), "家", "2026年第三季度核定数据", source)}
    facts = Facts("P", NAME, "2026Q3", "核定", inputs=inputs, **given)
    said = ScorePaper(
        score(scheme, facts), "2026年第三季度", "计算时的核定数据", 2, date(2026, 10, 12), "ABCD-EFGH",
        terms={"I": (("缺数据时", "暂不评定"),)}, bites={"V": "出现则不能评为三星级"}, office="官渡区产业园区发展办公室",
    )  # fmt: skip
    return score_paper(said)


def test_it_says_rule_input_source_points_loss_terms_and_gates():
    words = "\n".join(paper_of().texts())
    assert f"{NAME}2026年第三季度星级试算得分说明" in words
    assert "规则：甲每 1 家计 3 分。" in words
    assert "来源：甲 4 家（2026年第三季度核定数据，报表第 2 版（校验码 ABCD-EFGH））。" in words
    assert "限值：按规则计 12 分，经上下限、舍入后为 10.00 分。" in words
    assert "依据：行动计划二（二）第3段；缺数据时：暂不评定" in words
    assert "出现则不能评为三星级；行动计划二（四）第1段" in words
    assert "事故高于 0 起：待核（无数据）" in words


def test_an_override_is_printed_with_its_reason():
    said = paper_of(overrides={"I": Override(Decimal(7), "现场核查与报表不符", "张三")})
    assert "人工核定：张三：现场核查与报表不符。" in list(said.texts())


def test_what_is_missing_is_a_dash_and_never_a_zero():
    text = scheme_text([group("G", 10, [item("I", 10, STEPS)])], inputs={"X": X | {"min": "0"}})
    result = score(load_scheme(text), Facts("P", NAME, "2026Q3", "核定"))
    said = ScorePaper(result, "2026年第三季度", "核定数据", 2, date(2026, 10, 12), "ABCD-EFGH")
    rows = score_paper(said).body[5].rows
    assert rows[0] == ("指标I", "甲 —（无数据）", "—", "10.00", "—")


def test_the_same_score_is_the_same_bytes_and_names_stay_whole():
    one, two = write_docx(paper_of()), write_docx(paper_of())
    assert one == two
    assert any(NAME in line for line in read(one))
