"""Sentences with places: what is filled in is never read, what is more than text is refused."""

import pytest

from guandu.core.errors import Invalid
from guandu.documents.wording import LONGEST, check_wording, fill


def test_places_are_filled_once():
    assert fill("{{a}}的按时率为{{ b }}。", {"a": "{{b}}", "b": "A&B<C>"}) == "{{b}}的按时率为A&B<C>。"


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% for x in y %}{% endfor %}",
        "{%p import os %}",
        "{{ 7*7 }}",
        "{{ a|attr('b') }}",
        "{# note #}",
        "${7*7}",
        "#{7*7}",
        "{0.__class__}",
        "<w:p>文字</w:p>",
        "<script>alert(1)</script>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]>",
        "&xxe;",
        "{{a}",
        "{{ A }}",
        "{{{a}}}",
    ],
)
def test_a_hostile_template_is_refused_with_a_sentence(hostile):
    with pytest.raises(Invalid, match="取数名称|花括号"):
        check_wording(f"开头{hostile}结尾", {"a"})
    with pytest.raises(Invalid):
        fill(hostile, {"a": "1"})


def test_an_unknown_place_is_named_with_those_that_there_are():
    with pytest.raises(Invalid, match="没有“rat”这一取数名称.*rate"):
        check_wording("{{rat}}", {"rate"})


@pytest.mark.parametrize("text", ["", "  ", "\x00", "字" * (LONGEST + 1), "{{a}}" * 31])
def test_bounds(text):
    with pytest.raises(Invalid):
        check_wording(text, {"a"})


def test_what_is_filled_in_is_bounded():
    with pytest.raises(Invalid, match="过长"):
        fill("{{a}}", {"a": "字" * 5000})


def test_words_of_comparison_pass():
    assert check_wording("同比 < 5% 的，5 > 3，A & B。", ()) == "同比 < 5% 的，5 > 3，A & B。"
