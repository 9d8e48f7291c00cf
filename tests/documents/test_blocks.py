"""A paper as data: its numbers, its annexes, its tables."""

import pytest

from guandu.documents.blocks import Annex, Heading, Paper, Table, chinese, numbered
from guandu.documents.layout import signature_indent
from guandu.documents.printable import printable


def test_headings_count_level_by_level_and_start_anew_below_the_next():
    blocks = [
        Heading("a"),
        Heading("b", 2),
        Heading("c", 3),
        Heading("d", 4),
        Heading("e", 2),
        Heading("f"),
        Heading("g", 2),
    ]
    assert [number for _, number in numbered(blocks)] == [
        "一、",
        "（一）",
        "1.",
        "（1）",
        "（二）",
        "二、",
        "（一）",
    ]


def test_a_heading_that_is_not_counted_has_no_number():
    assert [number for _, number in numbered([Heading("a", counted=False), Heading("b")])] == ["", "一、"]


def test_a_fifth_level_is_refused():
    with pytest.raises(ValueError, match="4 级"):
        Heading("a", 5)


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")]
)
def test_numbers_in_chinese(number, words):
    assert chinese(number) == words


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="列数"):
        Table(("a", "b"), [("1",)])


def test_one_annex_has_no_number_and_two_have():
    one = Paper("t", [], annexes=[Annex("表", [])])
    two = Paper("t", [], annexes=[Annex("表", []), Annex("单", [])])
    assert (one.annex_lines, one.annex_mark(0)) == (["附件：表"], "附件")
    assert (two.annex_lines, two.annex_mark(1)) == (["附件：1.表", "　　　2.单"], "附件 2")


def test_the_signature_stands_centred_above_the_date():
    assert signature_indent("官渡区产业园区发展办公室", "2026年11月27日") == 1.5
    assert signature_indent("官" * 40, "2026年11月27日") == 0


def test_what_no_paper_can_hold_is_left_out_and_the_name_stays():
    assert printable("A&B<C>\x00\x0b\u202e\ud800\n园区") == "A&B<C> 园区"
