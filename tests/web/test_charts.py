"""A chart and its table say the same, exactly."""

from decimal import Decimal

import pytest

from guandu.web.charts import CHAIN_COLOURS, Chart, Point, Series, chain_colour

pytestmark = pytest.mark.once


def make_chart(*values):
    points = tuple(Point(None if value is None else Decimal(value), "/figures/1/", "说明") for value in values)
    names = tuple(f"第{n}项" for n in range(len(values)))
    return Chart("k", "标题", "万元", "项目", names, (Series("营业收入", points),), decimals=2)


def test_a_missing_value_is_a_gap_in_the_chart_and_a_dash_in_the_table():
    chart = make_chart("1234567.891", None)
    assert chart.payload["series"][0]["values"] == ["1234567.89", None]
    assert [cells[0].text for _, cells in chart.rows] == ["1,234,567.89", "—"]


def test_large_values_reach_the_script_as_text():
    assert make_chart("9007199254740993.01").payload["series"][0]["values"] == ["9007199254740993.01"]


def test_each_chain_keeps_one_colour_the_same_as_in_the_style_sheet(settings):
    assert [chain_colour(n) for n in range(1, 6)] == list(CHAIN_COLOURS)
    style = (settings.BASE_DIR / "static/css/portal.css").read_text()
    for number, colour in enumerate(CHAIN_COLOURS, start=1):
        assert f"--chain-{number}: {colour};" in style
