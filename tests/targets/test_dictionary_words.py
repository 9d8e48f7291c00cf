"""What the dictionary says of each way of computing, by the names that people know."""

import pytest

from targets.definitions.shapes import OPS
from targets.queries.dictionary import formula_words

NAMES = {"REV": "营业收入", "TAX": "税收", "RATE": "占比"}
WORDS = [
    ({"op": "ratio", "num": "TAX", "den": "REV"}, "税收 ÷ 营业收入"),
    ({"op": "share", "num": "TAX", "den": "REV"}, "税收 ÷ 营业收入（全区）"),
    ({"op": "count_over_line", "of": "REV", "at_least": "1", "below": "9"}, "营业收入不低于 1、低于 9 的园区数"),
    ({"op": "all_of", "of": "RATE", "at_most": "10"}, "占比不超过 10 的园区数，须全部符合"),
    ({"op": "choose_by_type", "map": {"A": "REV", "B": "TAX", "C": "REV"}}, "按园区类型取：营业收入、税收"),
    ({"op": "average", "of": "REV"}, "各园区营业收入的简单平均"),
    ({"op": "average", "of": "RATE", "weight": "REV"}, "各园区占比的加权平均"),
    ({"op": "growth", "of": "REV", "base": "year_before"}, "营业收入较上年同期增长"),
    ({"op": "growth", "of": "REV", "base": "2023"}, "营业收入较2023年增长"),
    ({"op": "annual_growth", "of": "REV", "base": "2023"}, "营业收入自2023年起的年均增速"),
    ({"op": "single", "of": "REV"}, "营业收入本期累计数 − 上期累计数"),
    ({"op": "formula", "num": "0.5*(REV - TAX)"}, "0.5*营业收入 - 0.5*税收"),
    ({"op": "formula", "num": "TAX", "den": "REV"}, "（税收）÷（营业收入）"),
    ({"op": "registered", "source": "parks.opened"}, ""),
    ({}, ""),
]


@pytest.mark.parametrize(("definition", "words"), WORDS)
def test_a_definition_reads_as_people_would_say_it(definition, words):
    assert formula_words(definition, NAMES) == words


def test_no_way_of_computing_is_left_out():
    assert {definition.get("op") for definition, _ in WORDS} - {None} == set(OPS)
