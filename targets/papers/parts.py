"""What several papers say alike: their head, the numbers of a scope, targets, lights, rankings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from guandu.documents.blocks import Align, Block, Note, Paragraph, Table
from targets.papers.words import (
    NOTHING,
    Rated,
    amount,
    day_words,
    growth,
    listed,
    moved,
    of_whole,
    per_cent,
    ranked,
    sentence,
)

ON_TIME_MEANS = "按时率＝按时报送的报表数÷应报报表数，免报的不计入应报；经同意延期的仍按原定期限计算"
RETURNED_MEANS = "退回率＝被退回过的报表数÷报送过的报表数，越低越好"
TIES_MEAN = "比率相同的并列，其后名次连续；后两列为分子、分母"


@dataclass(frozen=True)
class Source:
    """What every paper is bound to and says of itself. `wordings` are those put in place of the repository's."""

    quarter: str
    publication: str
    check_code: str
    reported: int
    expected: int
    as_of: date
    office: str
    dated: date
    colophon: Sequence[str] = ()
    wordings: Mapping[str, str] = field(default_factory=dict)
    footnotes: Sequence[str] = ()


@dataclass(frozen=True)
class NumberLine:
    """One published number. `base` is 上年同期可比数, `before` the end of the quarter before (of a stock only); each
    None where it is not there. `lack` says why there is no value."""

    name: str
    unit: str
    decimals: int
    value: Decimal | None
    period: str
    base: Decimal | None = None
    before: Decimal | None = None
    is_share: bool = False
    is_main: bool = True
    reported: int = 0
    expected: int = 0
    lack: str = ""

    @property
    def shown(self) -> str:
        return amount(self.value, self.decimals)

    @property
    def growth(self) -> Decimal | None:
        return None if self.is_share else growth(self.value, self.base)

    @property
    def against_before(self) -> Decimal | None:
        return None if self.is_share else growth(self.value, self.before)


@dataclass(frozen=True)
class TargetLine:
    code: str
    title: str
    required: str
    now: str
    status: str
    leads: Sequence[str]
    sentence: str = ""


@dataclass(frozen=True)
class LightLine:
    """A red light that the office has released."""

    code: str
    title: str
    leads: Sequence[str]
    answer: str


@dataclass(frozen=True)
class FilingRow:
    """One park, department … : `returned` of the `filed` returns were sent back at least once."""

    name: str
    expected: int
    actual: int
    on_time: int
    filed: int
    returned: int


def number_sentence(line: NumberLine) -> str:
    """规上工业营业收入 123.4 亿元，同比增长 5.1%; what is not known is not said."""
    if line.value is None:
        return f"{line.name}：{line.lack or '尚无核定数'}"
    told = [
        f"{line.name} {line.shown} {line.unit}".rstrip(),
        moved(line.growth, "同比"),
        moved(line.against_before, "较上季末"),
    ]
    return "，".join(filter(None, told))


def number_paragraph(lines: Sequence[NumberLine]) -> Paragraph:
    """What is collected as such is told in words; what is worked out from it stands in the table."""
    known = [number_sentence(line) for line in lines if line.is_main and line.value is not None]
    lacking = sum(line.value is None for line in lines)
    text = f"{'；'.join(known)}。" if known else "本期没有已核定的数据。"
    return Paragraph(text + (f"另有 {lacking} 项指标尚无核定数。" if lacking else ""))


def number_table(lines: Sequence[NumberLine], caption: str = "") -> Table:
    rows = [
        (
            line.name,
            line.unit,
            line.shown if line.value is not None else NOTHING,
            _change(line.growth),
            _change(line.against_before),
            of_whole(line.reported, line.expected) if line.expected else NOTHING,
            line.period,
        )
        for line in lines
    ]
    return Table(
        ("指标", "单位", "数值", "同比", "较上季末", "已报/应报", "报告期"),
        rows,
        caption=caption,
        widths=(6, 2, 3, 2, 2, 2, 4),
        aligns=(Align.LEFT, Align.CENTRE, Align.RIGHT, Align.RIGHT, Align.RIGHT, Align.CENTRE, Align.CENTRE),
        note="注：“—”为没有核定数或没有可比数，不是零。同比按上年同期可比数计算；比率类指标不计算增速；较上季末只用于期末数。",
    )


def _change(change: Decimal | None) -> str:
    return NOTHING if change is None else f"{change:+f}%"


def ranking(rows: Sequence[FilingRow], of: str) -> list[Table]:
    """按时率 and 退回率, each with its basis."""
    on_time = ranked([Rated(each.name, each.on_time, each.expected) for each in rows])
    returned = ranked([Rated(each.name, each.returned, each.filed) for each in rows], best_is_low=True)
    return [
        _ranking(on_time, of, "按时率", ("按时报送", "应报"), f"注：{ON_TIME_MEANS}。{TIES_MEAN}。"),
        _ranking(returned, of, "退回率", ("被退回过", "报送过"), f"注：{RETURNED_MEANS}。{TIES_MEAN}。"),
    ]


def _ranking(places: Sequence, of: str, rate: str, terms: tuple[str, str], note: str) -> Table:
    rows = [
        (
            NOTHING if each.place is None else str(each.place),
            each.rated.name,
            per_cent(each.rated.part, each.rated.whole),
            str(each.rated.part),
            str(each.rated.whole),
        )
        for each in places
    ]
    return Table(
        ("名次", of, rate, *terms),
        rows,
        caption=f"各{of}{rate}",
        widths=(2, 8, 3, 3, 3),
        aligns=(Align.CENTRE, Align.LEFT, Align.RIGHT, Align.RIGHT, Align.RIGHT),
        note=note,
    )


def target_table(lines: Sequence[TargetLine], caption: str = "") -> Table:
    rows = [
        (line.code, line.title, line.required, line.now, line.status, listed(line.leads) or NOTHING)
        for line in lines
    ]
    return Table(
        ("编号", "目标", "要求", "现值", "状态", "牵头单位"),
        rows,
        caption=caption,
        widths=(2, 7, 3, 3, 2, 4),
        aligns=(Align.CENTRE, Align.LEFT, Align.CENTRE, Align.RIGHT, Align.CENTRE, Align.LEFT),
        note="注：“核实中”为滞后情况尚未核实发布的目标；“待补”为数据未齐的目标，“待核对”为期次发布后数据有变动的目标，均不作判断。",
    )


def light_blocks(lights: Sequence[LightLine]) -> list[Block]:
    if not lights:
        return [Paragraph("本期没有已核实发布的滞后目标。")]
    told = []
    for light in lights:
        leads = f"（牵头单位：{listed(light.leads)}）" if light.leads else ""
        answer = f"情况说明：{sentence(light.answer)}" if light.answer else "牵头单位逾期未作说明。"
        told.append(Paragraph(f"{light.code} {light.title}{leads}。{answer}"))
    return told


def source_note(source: Source) -> Note:
    based = f"数据依据：{source.publication}，校验码 {source.check_code}。"
    return Note(f"{based}报送情况截至{day_words(source.as_of)}。")
