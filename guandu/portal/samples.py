"""The worst data there is, for the gallery: long names, long numbers, nothing reported. All invented."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from guandu.web.charts import Chart, Point, Series, chain_colour
from guandu.web.registry import Tile, ToDo

LONG_NAME = "昆明市官渡区金马街道凉亭片区数字经济与总部基地融合创新发展示范产业园区二期拓展区"
CHAINS = ("总部经济", "数字经济", "对外贸易", "文旅康养", "新型工业")
FIRST_QUARTERS = ("2025年1—9月", "2025年全年", "2026年1—3月", "2026年1—6月", "2026年1—9月")
STATES = (
    ("待填报", "idle"), ("已报送", "active"), ("已退回", "late"), ("已审核", "active"), ("已锁定", "done"),
    ("已完成", "done"), ("滞后", "late"), ("待补", "idle"), ("将到期", "warn"),
)  # fmt: skip


@dataclass(frozen=True)
class SampleIndicator:
    name: str = "营业收入"


@dataclass(frozen=True)
class SampleVersion:
    unit: str = "万元"
    display_decimals: int = 2


@dataclass(frozen=True)
class SampleFigure:
    """Reads like a targets.Figure, which this page must not need."""

    pk: int = 1
    value: Decimal | None = Decimal("12345678901.23")
    period: str = "2026Q1-3"
    basis: str = "certified"
    reported: int = 11
    expected: int = 14
    scope_name: str = LONG_NAME
    is_ratio: bool = False
    indicator: SampleIndicator = SampleIndicator()
    indicator_version: SampleVersion = SampleVersion()
    computed_at: datetime = datetime(2026, 10, 12, 1, 30, tzinfo=UTC)

    def get_basis_display(self) -> str:
        return "核定"


def gallery_samples() -> dict:
    """Context of the gallery page."""
    figure = SampleFigure()
    return {
        "figure": figure,
        "missing_figure": SampleFigure(pk=2, value=None, reported=0),
        "long_name": LONG_NAME,
        "states": STATES,
        "todos": _todos(),
        "tiles": _tiles(figure),
        "events": _events(),
        "changes": [("营业收入（万元）", "12,345,678,901.23", "12,345,678,910.23"), ("就业人数（人）", "—", "3,210")],
        "steps": _steps(),
        "score_items": _score_items(),
        "errors": [("sample-field", "营业收入：主导产业营业收入不能大于营业收入"), ("", "就业人数：请填写整数")],
        "bar_chart": _bar_chart(),
        "line_chart": _line_chart(),
        "table_rows": _table_rows(),
    }


def _todos() -> list[ToDo]:
    on = date(2026, 10, 12)
    return [
        ToDo("填报 2026年第三季度 园区季度工作调度表", "#todo", "去填报", on - timedelta(days=2), LONG_NAME, "已退回", "late"),
        ToDo("审核 2026年第三季度 园区季度工作调度表", "#todo", "去审核", on, "空港物流园", "已报送", "active"),
        ToDo("补充企业服务站资料", "#todo", "去办理", None, "", "待填报", "idle"),
    ]


def _tiles(figure: SampleFigure) -> list[Tile]:
    empty = SampleFigure(pk=3, value=None, reported=0, period="2026Q3")
    return [
        Tile("营业收入", figure.value, "万元", "#tile", figure, decimals=2),
        Tile("税收", None, "万元", "#tile", empty, "等待 14 个园区核定"),
        Tile("主导产业集聚度", Decimal("68.421053"), "%", "#tile", decimals=2),
    ]


def _events() -> list[dict]:
    return [
        {
            "at": "2026-10-11 17:02", "title": "退回报表", "who": "区商务投促局 李工", "url": "#event",
            "text": "进出口总额与海关反馈相差较大，请核对后重新报送。",
        },
        {"at": "2026-10-09 09:15", "title": f"{LONG_NAME}报送 2026年第三季度报表", "who": "园区运营方"},
    ]  # fmt: skip


def _steps() -> list[dict]:
    at = datetime(2026, 10, 9, 1, 15, tzinfo=UTC)
    return [
        {"label": "报送", "tone": "done", "who": "园区运营方 张工", "at": at},
        {"label": "审核", "tone": "active", "who": "包保部门工作人员", "at": None},
        {"label": "确认锁定", "tone": "idle", "who": "园区发展办", "at": None},
    ]


def _score_items() -> list[dict]:
    return [
        {"label": "主导产业集聚度", "score": "18.00", "max": "20.00", "percent": 90, "sentence": "68.42%，达到 60%—70% 档"},
        {"label": "企业服务站", "score": None, "max": "5.00", "percent": 0, "sentence": "园区登记册没有填写是否设有企业服务站"},
    ]


def _points(*values: str | None) -> tuple[Point, ...]:
    return tuple(Point(None if value is None else Decimal(value), "#figure") for value in values)


def _bar_chart() -> Chart:
    points = _points("1234567.89", "845210.5", "2310450", None, "1688.2")
    colours = tuple(chain_colour(number) for number in range(1, 6))
    return Chart(
        key="gallery-bar", title="对外贸易链营业收入最高，文旅康养链尚无核定数据", unit="万元", category_name="产业链",
        categories=CHAINS, series=(Series("营业收入", points),), colours=colours, decimals=2,
        target=Decimal("2000000"), target_label="目标 2,000,000", context="2026年1—9月 · 核定",
    )  # fmt: skip


def _line_chart() -> Chart:
    points = _points("820134.11", "1102345.6", None, "610000", "905321.4")
    return Chart(
        key="gallery-line", title="营业收入逐季走势", unit="万元", category_name="报告期", kind="line", decimals=2,
        categories=FIRST_QUARTERS, series=(Series("营业收入", points),), context="核定",
    )  # fmt: skip


def _table_rows() -> list[dict]:
    return [
        {"name": LONG_NAME, "values": [Decimal("12345678901.23"), Decimal("-345.6"), None], "growth": Decimal("3.2")},
        {"name": "空港物流园", "values": [Decimal("98.1"), Decimal("0"), Decimal("7")], "growth": Decimal("-1.05")},
        {"name": "当期未报的园区", "values": [None, None, None], "growth": None},
    ]
