"""Returns that have left the ordinary way: locked, asked to be corrected, under correction, 免报, closed
to the calendar, and one on which opinions are asked. Quarters that nothing else of the world uses."""

from collections.abc import Mapping
from datetime import date, timedelta

from guandu.accounts.models import User
from guandu.accounts.roles import RoleCode
from guandu.core import clock
from guandu.files.inspection import check
from guandu.files.kinds import EVIDENCE
from targets.actions import corrections, exemptions, extensions, firm_sheets, flags, paper, returns
from targets.actions.cycles import open_cycle
from targets.models import Cycle, Indicator, Return, ReturnTemplate
from targets.queries.lines import below
from targets.queries.paper import code_of
from tests.factories import make_template
from tests.files.made import pdf
from tests.permissions.sides import Side, keys

LOCKED, ASKED, OPENED, EXEMPT, OVER, WAITING = "2025Q2", "2025Q1", "2024Q4", "2024Q3", "2024Q2", "2024Q1"
LINES = {"own": "90817.26", "other": "60718.35"}
OPINIONS = [
    {"step": "review"}, {"step": "opinion", "side": "street", "days": 3},
    {"step": "opinion", "side": "chain", "days": 3}, {"step": "confirm"},
]  # fmt: skip


def rows(own: Side, other: Side, template: ReturnTemplate, people: Mapping[str, User | None]):
    """Kind → keys by case; `shut` is a return in a state that the act is not for."""
    office = people[RoleCode.OFFICE]
    asked_of = make_template(template.cells.first().indicator, code="OPINE-Q", name="征求意见表", route=OPINIONS)
    made = {side.name: _made(side, template, asked_of, office) for side in (own, other)}
    for name in (ASKED, OPENED, EXEMPT, OVER, WAITING):
        _depart(name, own, other, made, office)
    closed = _closed(template)
    marks = {side.name: flags.flag(return_=made[side.name][LOCKED], code="REV", text=side.mark("flag"), by=office) for side in (own, other)}
    firms = _by_firms((own, other), template.cells.first().indicator, office)
    _fed_back((own, other), template.cells.first().indicator, office)
    return firms | {
        "return to correct": _keys(made, LOCKED, shut=OVER),
        "return asked about": _keys(made, ASKED, shut=LOCKED),
        "return corrected": _keys(made, OPENED, shut=OVER),
        "return to exempt": _keys(made, OVER, shut=LOCKED),
        "return exempt": _keys(made, EXEMPT, shut=OVER),
        "return over": _keys(made, OVER, shut=LOCKED),
        "return asking time": _keys(made, WAITING, shut=LOCKED),
        "return signed off": _keys(made, "signed", shut=LOCKED),
        "return to pick": {"own": str(made["own"]["opine"].pk), "shut": str(made["own"][LOCKED].pk)},
        "return to pick elsewhere": {"other": str(made["other"]["opine"].pk)},
        "return to opine": _keys(made, "opine", shut=LOCKED),
        "flag": keys(marks),
        "flag in its return": {
            case: f"{made[case][LOCKED].pk if case in made else 0}|{key}" for case, key in keys(marks).items()
        },
        "cycle": keys({"own": Cycle.objects.get(template=template, period=LOCKED), "shut": closed}),
        "cycle closed": keys(
            {name: Cycle.objects.get(template=template, period=p) for name, p in (("own", OVER), ("shut", LOCKED))}
        ),
    }


def _made(side: Side, template: ReturnTemplate, asked_of: ReturnTemplate, office: User) -> dict[str, Return]:
    found = {}
    for period in (LOCKED, ASKED, OPENED, EXEMPT, OVER, WAITING):
        return_ = filled(side, template, period, office)
        if period in {LOCKED, ASKED, OPENED}:
            return_ = returns.review(return_=returns.file(return_=return_, by=side.filer), by=side.reviewer)
            return_ = returns.confirm(return_=return_, by=office)
        found[period] = return_
    opine, signed = (
        returns.file(return_=filled(side, asked_of, period, office), by=side.filer) for period in (OVER, WAITING)
    )
    _sign(side, signed, office)
    return found | {"opine": opine, "signed": signed}


def _sign(side: Side, return_: Return, office: User) -> None:
    """The reviewer's signature on paper, recorded by the office and compared by the department."""
    scan = check(pdf(f"({side.name} signed)".encode()), f"{side.mark('signed')}.pdf", EVIDENCE)
    sheet = paper.record(
        return_=return_, step="review", signer_name=side.mark("signee"), signed_on=date(2026, 7, 9),
        code=code_of(return_.filed), file=scan, by=office,
    )  # fmt: skip
    paper.confirm_scan(sheet=sheet, by=side.reviewer)


def filled(side: Side, template: ReturnTemplate, period: str, office: User) -> Return:
    cycle = open_cycle(template=template, period=period, by=office)
    return returns.save(return_=cycle.returns.get(park=side.park), cells={"REV": side.returned}, by=side.filer)


def _depart(name: str, own: Side, other: Side, made: dict, office: User) -> None:
    for side in (own, other):
        return_ = made[side.name][name]
        if name == ASKED:
            corrections.ask(return_=return_, codes=["REV"], reason=side.mark("askreason"), by=side.filer)
        elif name == OPENED:
            made[side.name][name] = corrections.open_(
                return_=return_, codes=["REV"], reason=side.mark("correctreason"), by=office
            )
        elif name == EXEMPT:
            made[side.name][name] = exemptions.exempt(
                return_=return_, reason=side.mark("exemptreason"), by=office
            )
        elif name == WAITING:
            extensions.ask(return_=return_, reason=side.mark("timereason"), by=side.filer)
    if name == OVER:
        yesterday = clock.today() - timedelta(days=1)
        Cycle.objects.filter(pk=return_.cycle_id).update(closes_on=yesterday)


def _by_firms(sides: tuple[Side, Side], indicator: Indicator, office: User) -> dict[str, dict[str, str]]:
    """A form asked firm by firm: a draft with a sheet that came back and one that is out, and one filed."""
    form = make_template(indicator, code="FIRMS-Q", name="企业季度表", route=OPINIONS[:1], lines_kind="firm")
    form.cells.update(of_lines=True, is_required=False)
    found: dict[str, dict] = {"return by firms": {}, "filed": {}, "sheet too late": {}, "firm link": {}, "firm sheet sent": {}}
    for side in sides:
        drafts = {}
        for period in (OVER, WAITING):
            cycle = open_cycle(template=form, period=period, by=office)
            Cycle.objects.filter(pk=cycle.pk).update(due_on=clock.today() + timedelta(days=5))
            drafts[period] = Return.objects.get(cycle=cycle, park=side.park)
        firm = below(drafts[OVER].draft).filter(subject_kind="firm").first().subject_code
        [(sent, secret)] = firm_sheets.issue(return_=drafts[OVER], codes=[firm], by=side.filer)
        firm_sheets.send(
            sheet=sent, cells={indicator.code: "3.5"}, filler_name=side.mark("filler"), by=firm_sheets.Link(sent)
        )
        found["firm link"][side.name], found["firm sheet sent"][side.name] = secret, str(sent.pk)
        found["return by firms"][side.name] = drafts[OVER]
        [(late, _)] = firm_sheets.issue(return_=drafts[WAITING], codes=[firm], by=side.filer)
        firm_sheets.send(
            sheet=late, cells={indicator.code: "3.5"}, filler_name=side.mark("filler"), by=firm_sheets.Link(late)
        )
        found["sheet too late"][side.name] = str(late.pk)
        cells = {f"{indicator.code}@{firm}": LINES[side.name], f"{indicator.code}@REST": "1000"}
        filed = returns.save(return_=drafts[WAITING], cells=cells, by=side.filer)
        found["filed"][side.name] = returns.file(return_=filed, by=side.filer)
    lines = found["return by firms"] | {"shut": found["filed"]["own"]}
    sheets = found["firm sheet sent"] | {"shut": found["sheet too late"]["own"]}
    code = below(Return.objects.get(pk=lines["own"].pk).draft).filter(subject_kind="firm").first().subject_code
    return {
        "return by firms": keys(lines),
        "return by firms filed": keys(found["filed"]),
        "firm link": {"own": found["firm link"]["own"], "none": "nothing"},
        "firm sheet sent": found["firm sheet sent"] | {"shut": found["firm sheet sent"]["own"], "none": "0"},
        "firm of the roster": dict.fromkeys(("own", "other", "shut", "none"), code),
        "firm in its return": {case: f"{key}|{code}" for case, key in keys(lines).items()},
        "sheet in its return": {
            case: f"{key}|{sheets.get(case, '0')}" for case, key in keys(lines).items()
        },
    }


def _fed_back(sides: tuple[Side, Side], indicator: Indicator, office: User) -> None:
    """A bureau that says less of both parks than they filed."""
    form = make_template(
        indicator, code="FEED-Q", name="部门反馈表", route=[{"step": "confirm"}], lines_kind="park",
        subject_kind="district", filer=sides[0].reviewer.unit,
    )  # fmt: skip
    form.cells.update(of_lines=True, is_required=False)
    return_ = open_cycle(template=form, period=LOCKED, by=office).returns.get()
    cells = {f"{indicator.code}@{side.park.code}": "5" for side in sides}
    filer = sides[0].reviewer
    returns.file(return_=returns.save(return_=return_, cells=cells, by=filer), by=filer)


def _closed(template: ReturnTemplate) -> Cycle:
    """A cycle of no return here, closed by the office."""
    period = {"period": "2023Q4", "opens_on": "2024-01-01", "due_on": "2024-01-15"}
    return Cycle.objects.create(
        template=template, opened_at=clock.now(), closed_at=clock.now(), closed_by="园区办", **period
    )


def _keys(made: dict, name: str, shut: str) -> dict[str, str]:
    return keys({"own": made["own"][name], "other": made["other"][name], "shut": made["own"][shut]})
