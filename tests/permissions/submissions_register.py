"""One true submission for every form of the register: space, firms, honours, changes, files, standards."""

from collections.abc import Callable
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile

from parks.exchange.parks import PARKS
from parks.models import Chain, Enterprise, Park, Space, StatisticalClass
from tests.exchange.importing import book
from tests.parks import bureau
from tests.parks.codes import code_number
from tests.permissions.submission import Fields, Submission, asked
from tests.permissions.world import World

TODAY = "2026-10-12"
PURPOSE = {"purpose": "街道走访核对"}


def _page(template: str, kind: str) -> Callable[[World], str]:
    return lambda world: template.format(world.objects[kind]["own"])


def _free_space(world: World) -> Fields:
    return {"space": Space.objects.get(building__park__code="P-OWN", occupancies=None).pk, "on": TODAY}


def _not_used(world: World) -> None:
    """What a firm takes can be struck out only while it uses no space."""
    Space.objects.get(code="S-own").occupancies.all().delete()


def _merging(path: str, into: Callable[[], object]) -> Callable[[World], Fields]:
    """The effects have been shown: the form names the merger that they are of."""

    def sent(world: World) -> Fields:
        form = {"into": str(into()), "on": TODAY, "reason": "吸收合并"}
        token = asked(world, "office", path, form).context["token"]
        return {**form, "previewed": token, "confirm": "1"}

    return sent


def _other_park() -> int:
    return Park.objects.get(code="P-OTHERX").pk


def _bureaus_file(world: World) -> Fields:
    return {"as_of": TODAY, "scope": "part", "file": SimpleUploadedFile("登记.xlsx", _bureaus_book())}


@cache
def _bureaus_book() -> bytes:
    """The same bytes each time: a workbook says when it was made, and the register keeps its digest."""
    return bureau.book((code_number(1), "新名字", "存续", "", "", None))


def _compared(world: World) -> Fields:
    shown = asked(world, "office", "/enterprises/comparisons/new/", _bureaus_file(world))
    return {"ticket": shown.context["ticket"]}


def _parks_file(world: World) -> Fields:
    row = {"code": "P-FILE", "name": "文件园区", "chain": Chain.objects.get(code="DIG").name, "on": "2024-05-01"}
    return {"file": SimpleUploadedFile("园区.xlsx", book(PARKS, row))}


def _claim(world: World) -> Fields:
    return {"kind": "statistics", "street": world.objects["street to claim for"]["own"], "ground": "统计登记在本街道"}


def _cultivated(world: World) -> Fields:
    return {"enterprise": "待入驻企业", "of_class": StatisticalClass.objects.get().pk}


S = Submission
RECORD, FIRMS_RECORD = "/register/parks/P-OWN/record/", "/register/enterprises/E-P-OWN/record/"
PROPOSAL = _page("/register/proposals/{}/", "proposal")
UPLOAD = _page("/register/uploads/{}/", "register upload")
REGISTER = (
    # Space and tenants
    S("parks/<code>/space/buildings/new/", "operator", {"name": "新楼宇"}),
    S("buildings/<code>/edit/", "operator", {"note": "改过的说明"}),
    S("buildings/<code>/spaces/new/", "operator", {"name": "新空间"}),
    S("spaces/<code>/edit/", "operator", {"note": "改过的说明"}),
    S("parks/<code>/firms/enter/", "operator", {"enterprise": "待入驻企业", "on": TODAY}),
    S("tenancies/<pk>/leave/", "operator", {"on": TODAY, "reason": "other"}),
    S("tenancies/<pk>/correct/", "operator", {"in_leading_industry": "true"}),
    S("tenancies/<pk>/strike/", "operator", {"reason": "登错企业"}, prepare=_not_used),
    S("tenancies/<pk>/take/", "operator", _free_space),
    S("occupancies/<pk>/release/", "operator", {"on": TODAY}),
    # What is asked of the register, said of it, and whom to call
    S("register/parks/<code>/propose/", "operator", {"address": "官渡区新址", "reason": "实测"}),
    S("register/enterprises/<code>/propose/", "operator", {"registered_address": "官渡区新址", "reason": "迁址"}),
    S("register/proposals/<pk>/accept/", "department", {"answer": "同意"}, PROPOSAL),
    S("register/proposals/<pk>/refuse/", "department", {"answer": "请附测绘报告"}, PROPOSAL),
    S("register/proposals/<pk>/withdraw/", "operator", page=PROPOSAL),
    S("register/parks/<code>/rename/", "office", {"name": "改过的名称"}),
    S("register/enterprises/<code>/rename/", "office", {"name": "改过的名称"}),
    S("register/parks/<code>/merge/", "office", _merging("/register/parks/P-OWN/merge/", _other_park)),
    S(
        "register/enterprises/<code>/merge/", "office",
        _merging("/register/enterprises/E-P-OWN/merge/", lambda: "待入驻企业"),
    ),
    S("register/parks/<code>/notes/", "operator", {"text": "走访企业"}, RECORD),
    S("register/enterprises/<code>/notes/", "operator", {"text": "走访企业"}, FIRMS_RECORD),
    S("register/notes/<pk>/strike/", "operator", {"because": "重复"}, RECORD),
    S("register/parks/<code>/contacts/", "operator", {"name": "新联系人", "phone": "13800138000"}),
    S("register/enterprises/<code>/contacts/", "operator", {"name": "新联系人", "phone": "13800138000"}),
    S("register/contacts/<pk>/", "operator", {"name": "改过的姓名"}),
    S("register/contacts/<pk>/end/", "operator", page=RECORD),
    S("register/contacts/<pk>/reveal/", "office", page=RECORD),
    # Duties
    S(
        "register/honours/new/", "office",
        lambda world: {"enterprise": "两园企业", "kind": world.objects["parks/honourkind"]["own"], "on": "2026-01-05"},
    ),
    S("register/honours/<pk>/correct/", "office", {"certificate": "证书1号"}),
    S("register/honours/<pk>/revoke/", "office", {"on": TODAY, "because": "取消"}),
    S("register/cultivation/new/", "office", _cultivated),
    S("register/cultivation/<pk>/edit/", "street", {"note": "改过的说明"}),
    S("register/cultivation/<pk>/<target>/", "street", {"on": TODAY}),
    S("register/sponsorships/<code>/", "office", {"on": TODAY, "leader": "包保领导"}),
    # Files
    S("register/import/<table>/", "office", _parks_file),
    S("register/uploads/<pk>/confirm/", "office", page=UPLOAD),
    S("register/uploads/<pk>/discard/", "office", page=UPLOAD),
    # Firms
    S("enterprises/export/", "office", PURPOSE, "/enterprises/"),
    S("enterprises/outside/<kind>/export/", "office", PURPOSE, None),
    S("enterprises/claims/export/", "office", PURPOSE, "/enterprises/claims/"),
    S("enterprises/street/export/", "street", PURPOSE, None),
    S("enterprises/findings/export/", "office", PURPOSE, "/enterprises/findings/"),
    S("enterprises/claims/<pk>/settle/", "office", {"upheld": "no", "answer": "税务登记在别处"}),
    S("enterprises/claims/<pk>/withdraw/", "street", page="/enterprises/claims/"),
    S("enterprises/comparisons/new/", "office", _bureaus_file),
    S("enterprises/comparisons/confirm/", "office", _compared, None),
    S("enterprises/findings/<pk>/", "street", {"decision": "reject", "answer": "名称未变"}),
    S("enterprises/<code>/claim/", "street", _claim, "/enterprises/E-P-OWN/"),
    S(
        "enterprises/<code>/attribute/", "office", {"kind": "statistics", "on": "2026-01-05", "elsewhere": "盘龙区"},
        "/enterprises/E-P-OWN/",
    ),
    # The officials' admin
    S(
        "admin/parks/building/add/", "office",
        lambda world: {"park": Park.objects.get(code="P-OWN").pk, "name": "新楼宇", "use": "office"},
    ),
    S("admin/parks/building/<object_id>/change/", "office", {"note": "改过的说明"}),
    S(
        "admin/parks/space/add/", "office",
        lambda world: {"building": Space.objects.get(code="S-own").building_id, "name": "新空间", "use": "office"},
    ),
    S("admin/parks/space/<object_id>/change/", "office", {"note": "改过的说明"}),
    S(
        "admin/parks/tenancy/add/", "office",
        lambda world: {
            "park": Park.objects.get(code="P-OWN").pk, "enterprise": Enterprise.objects.get(name="待入驻企业").pk,
            "valid_from": TODAY,
        },
    ),
    S("admin/parks/tenancy/<object_id>/change/", "office", {"in_leading_industry": "true"}),
    S("admin/parks/tenancy/<object_id>/leave/", "office", {"on": TODAY, "reason": "other"}),
    S("admin/parks/industry/add/", "office", {"code": "651", "name": "软件开发"}),
    S("admin/parks/industry/<object_id>/change/", "office", {"name": "改过的名称"}),
    S("admin/parks/honourkind/add/", "office", {"code": "new", "name": "新荣誉", "rank": "0", "position": "9"}),
    S("admin/parks/honourkind/<object_id>/change/", "office", {"name": "改过的名称"}),
    S("admin/parks/honourkind/<object_id>/rule/", "office", {"on": TODAY, "renewal": "none"}),
    S("admin/parks/statisticalclass/add/", "office", {"code": "new", "name": "新类别", "industries": "I、7020", "position": "9"}),
    S("admin/parks/statisticalclass/<object_id>/change/", "office", {"name": "改过的名称"}),
    S("admin/parks/statisticalclass/<object_id>/threshold/", "office", {"on": TODAY, "revenue": "2000"}),
    S("admin/parks/area/export/", "office", {"format": "1"}),
    S("admin/parks/chain/export/", "office", {"format": "1"}),
    S("admin/parks/enterprise/export/", "office", {"format": "1"}),
)  # fmt: skip
