"""One true submission for every form of a target's terms and of 办结验收."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.files.made import pdf
from tests.permissions.seeds_terms import NEXT
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World

TERMS = "/plan/T08/terms/"
REVISED = {
    "value": "120", "document": "关于调整行动计划目标的通知", "document_number": "官政发〔2026〕8 号",
    "in_force_from": "2026-03-01", "reason": "区里统一调整",
}  # fmt: skip


def _file(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(name.encode()), "application/pdf")


def _report(world: World) -> Fields:
    return {"text": "平台上线", "done_on": "2026-09-18", "file": _file("验收.pdf")}


def _baselines(world: World) -> Fields:
    return {"plan": NEXT, "publication": world.objects["publication"]["own"]}


def _reports(world: World) -> str:
    return f"/plan/{world.objects['milestone reported']['own']}/done/"


S = Submission
TERMS_AND_REPORTS = (
    S("plan/<code>/terms/revise/", "office", REVISED, TERMS),
    S("plan/<code>/terms/baseline/", "office", {"value": "60", "period": "2023", "source": "年报"}, TERMS),
    S("plan/<code>/terms/checkpoint/", "office", {"period": "2025Q2", "value": "50", "source": "年度计划"}, TERMS),
    S("plan/checkpoints/<pk>/drop/", "office", page=TERMS),
    S("plan/readings/<pk>/choose/", "office", {"reason": "专题会明确"}, TERMS),
    S("plan/closing/baselines/", "office", _baselines, "/plan/closing/"),
    S("plan/rule/", "office", {"normal_from": "95", "risk_from": "70", "in_force_from": "2024-07-01"}),
    S("plan/<code>/done/", "department", _report),
    S("plan/aims/<code>/", "department", _report),
    S("plan/reports/<pk>/file/", "department", lambda world: {"file": _file("照片.pdf")}, _reports),
    S("plan/reports/<pk>/accept/", "office", {"basis": "终验报告"}, _reports),
    S("plan/reports/<pk>/send-back/", "office", {"reason": "缺验收签字页"}, _reports),
)
