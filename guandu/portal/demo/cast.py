"""The register's part of the story: operators, parks with their places and duties, titles, firms, projects."""

from datetime import date

from guandu.accounts.actions import units
from guandu.accounts.models import Unit
from guandu.core.actors import Actor
from guandu.core.digests import digest_of
from guandu.portal.demo import story
from investment.actions import projects
from investment.enums import Stage
from parks.actions import enterprises, parks, placements, spaces, tenancies, titles
from parks.enums import HonourCode
from parks.models import Area, Chain, Park, ParkType, Tenancy, Title
from parks.validators import inner_check

PLAN_STARTS = date(2024, 1, 1)
FIRMS_A_PARK = 8
BEFORE_THE_PLAN, SINCE_THE_PLAN = (
    (date(2023, 12, 1), date(2027, 6, 1)), (date(2024, 6, 1), date(2027, 6, 1)),
)  # fmt: skip
# How many parks of the story have their space entered: the operator's own among them.
PARKS_WITH_SPACE = 4
STAGES = (Stage.SIGNED, Stage.STARTED, Stage.PRODUCING, Stage.DELIVERING)


def add_parks(*, by: Actor) -> None:
    """Each park of the story with its operator, its place and its sponsor from the plan's first day."""
    for each in story.PARKS:
        operator = units.create(
            code=each.operator_code, name=_operator_name(each), kind=Unit.Kind.OPERATOR, by=by
        )
        park = _park(each, operator, by)
        placements.sponsor(
            park=park,
            department=Unit.objects.get(code=story.SPONSORS[each.chain]),
            leader="（演示）区领导",
            deputy_head="（演示）分管领导",
            staff_member="（演示）工作人员",
            on=PLAN_STARTS,
            by=by,
        )
        enterprises.enter_many(rows=list(_firms(each, park)), by=by)


def add_spaces(*, by: Actor) -> None:
    """A building that is half let and one that stands idle, in the operator's park and a few others."""
    parks_shown = sorted(story.PARKS, key=lambda each: each.code != story.OPERATOR_PARK)
    for each in parks_shown[:PARKS_WITH_SPACE]:
        park = Park.objects.get(code=each.code)
        tower = spaces.create_building(
            park=park, name="一号楼（演示）", use="office", built_area=48_000_00, is_demo=True, by=by
        )
        spaces.create_building(
            park=park, name="老厂房（演示）", use="workshop", built_area=12_600_00, idle_since=PLAN_STARTS,
            reuse_plan="改造为孵化器", is_demo=True, by=by,
        )  # fmt: skip
        stays = list(Tenancy.objects.filter(park=park).order_by("pk"))
        for number in range(FIRMS_A_PARK):
            space = spaces.create_space(
                building=tower, name=f"{number // 2 + 1}0{number % 2 + 1}室", floor=f"{number // 2 + 1}层", use="office",
                area=(400 + 60 * number) * 100, height=360, rent=38_50, is_demo=True, by=by,
            )  # fmt: skip
            if number < FIRMS_A_PARK // 2:
                tenancies.take(tenancy=stays[number], space=space, on=stays[number].valid_from, by=by)


def _operator_name(each: story.DemoPark) -> str:
    name = each.plain_name if len(each.plain_name) <= 20 else each.plain_name.partition("（")[0]
    return f"{name}运营公司（演示）"


def _park(each: story.DemoPark, operator: Unit, by: Actor) -> Park:
    """A park of the plan keeps its name and gets what the demonstration needs; others are entered."""
    values = {
        "carrier": each.carrier,
        "operating_model": each.model,
        "opened_on": date.fromisoformat(each.opened),
        "lettable_area": each.built * 100,
        "built_area": each.built * 100,
        "has_service_station": each.station,
        "has_one_stop": each.one_stop,
    }
    place = {
        "chain": Chain.objects.get(code=each.chain),
        "area": Area.objects.get(code=each.area),
        "street": Unit.objects.get(code=each.street),
        "operator": operator,
        "on": PLAN_STARTS,
    }
    if each.code in story.PARK_TYPES:
        values["park_type"] = ParkType.objects.get(code=story.PARK_TYPES[each.code])
    known = Park.objects.filter(code=each.code).first()
    if known is None:
        return parks.create(code=each.code, name=each.name, is_demo=True, by=by, **place, **values)
    placements.place(park=known, by=by, **place)
    return parks.update(park=known, values=values, version=known.version, by=by)


def _firms(each: story.DemoPark, park: Park):
    """A few fictitious firms a park, some with honours; their codes are formed like real ones."""
    opened = max(date.fromisoformat(each.opened), PLAN_STARTS)
    for number in range(FIRMS_A_PARK):
        code = f"Q-{each.code[2:]}-{number + 1:02d}"
        honours = []
        if number < 3:
            # One park in five has a firm that was recognised since the plan began; the others were before.
            is_new = number == 0 and int(digest_of([each.code])[:4], 16) % 5 == 0
            honours.append((HonourCode.HITECH, *(SINCE_THE_PLAN if is_new else BEFORE_THE_PLAN)))
        if number in {1, 4}:
            is_new = number == 4 and each.chain == "DIG"
            honours.append((HonourCode.SPECIALISED, *(SINCE_THE_PLAN if is_new else BEFORE_THE_PLAN)))
        yield {
            "code": code,
            "name": f"演示企业·{each.plain_name[:12]}第{number + 1}公司",
            "credit_code": credit_code(code),
            "park": park,
            "on": opened,
            "honours": honours,
            "is_demo": True,
        }


def credit_code(name: str) -> str:
    """A well-formed credit code that depends on `name` alone. Fictitious."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    own = "MA" + "".join(alphabet[int(c, 16)] for c in digest_of([name])[:6])
    body = f"91530111{own}{inner_check(own)}"
    weights = [pow(3, i, 31) for i in range(17)]
    total = sum(alphabet.index(c) * w for c, w in zip(body, weights, strict=True))
    return body + alphabet[(31 - total % 31) % 31]


def add_titles(*, by: Actor) -> None:
    """Titles awarded since the plan began: candidates of the plan, and some others."""
    for code, level, name, day in story.NAMED_PARK_TITLES:
        park = Park.objects.get(code=code)
        if not name:
            name = Title.objects.get(park=park, level=level).name
        titles.award(
            park=park, level=level, name=name, on=date.fromisoformat(day), document="（演示）", by=by
        )


def add_projects(*, by: Actor) -> None:
    """Projects of the story: a few fictitious ones, each brought to its stage move by move."""
    for name, chain, park, amount, moves in story.PROJECTS:
        project = projects.create(
            values={
                "name": f"演示项目·{name}",
                "chain": Chain.objects.get(code=chain),
                "park": Park.objects.get(code=park),
                "lead": Chain.objects.get(code=chain).task_force,
                "promised_investment": amount * 100,
            },
            is_demo=True,
            by=by,
        )
        for stage, day in zip(STAGES, moves, strict=False):
            project = projects.move(
                project=project, to=stage, on=date.fromisoformat(day), version=project.version, by=by
            )
