"""One true submission for every form of tasks, 批示 and 督办."""

from django.core.files.uploadedfile import SimpleUploadedFile

from targets.models import TaskClosing, TaskExtension, TaskStage
from tests.files.made import pdf
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World


def _file(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(name.encode()), "application/pdf")


def _unit(world: World) -> str:
    return world.people["department"].unit.code


def _page_of(kind: str):
    """The page of the task that a row of `kind` belongs to."""

    def page(world: World) -> str:
        key = world.objects[kind]["own"]
        model = {"task stage": TaskStage, "task closing": TaskClosing, "task extension": TaskExtension}[kind]
        return f"/tasks/{model.objects.get(pk=key).task_id}/"

    return page


def _task(kind: str = "task"):
    return lambda world: f"/tasks/{world.objects[kind]['own']}/"


def _at(place: str, kind: str):
    return lambda world: f"/{place}/{world.objects[kind]['own']}/"


def _new(world: World) -> Fields:
    return {
        "title": "推进供电", "text": "双回路", "source": "meeting", "source_note": "专题会", "due_on": "2026-12-20",
        "leads": [_unit(world)],
    }  # fmt: skip


def _given(world: World) -> Fields:
    return {
        "title": "解决供电", "summary": "抓紧解决", "leader": "张区长", "given_on": "2026-10-09", "due_on": "2026-11-20",
        "units": [_unit(world)],
    }  # fmt: skip


def _closed(world: World) -> Fields:
    return {"text": "已竣工", "done_on": "2026-10-10", "file": _file("验收.pdf")}


RULE = {
    "red_after": "3", "stage_red_after": "5", "amber_within": "10", "remind_days": "4", "valid_from": "2026-11-01",
}  # fmt: skip
S = Submission
TASKS = (
    S("tasks/new/", "office", _new),
    S("tasks/rule/", "office", RULE),
    S("tasks/<pk>/edit/", "office", {"title": "改过的任务"}),
    S("tasks/<pk>/receive/", "department", page=_task("task to receive")),
    S("tasks/<pk>/line/", "department", {"month": "2026-10", "text": "完成选址"}, _task()),
    S("tasks/<pk>/note/", "department", {"text": "已协调"}, _task()),
    S("tasks/<pk>/stage/", "department", {"track": "M0用地调规", "title": "方案公示", "due_on": "2026-11-20"}, _task()),
    S("tasks/stages/<pk>/", "department", {"due_on": "2026-11-20", "done_on": "2026-10-10"}, _page_of("task stage")),
    S("tasks/<pk>/revoke/", "office", {"reason": "不再实施"}, _task()),
    S(
        "tasks/<pk>/supervise/", "office",
        lambda world: {"unit": _unit(world), "text": "限期办结", "due_on": "2026-10-20"}, _task(),
    ),
    S("tasks/<pk>/extend/", "department", {"new_due_on": "2027-01-20", "reason": "征地未完成"}, _task()),
    S("tasks/extensions/<pk>/", "office", {"decision": "yes", "words": "同意"}, _page_of("task extension")),
    S("tasks/<pk>/close/", "department", _closed, _task()),
    S("tasks/closings/<pk>/", "office", {"decision": "yes", "words": "竣工备案表"}, _page_of("task closing")),
    S("tasks/closings/<pk>/file/", "department", lambda world: {"file": _file("照片.pdf")}, _page_of("task closing")),
    S("instructions/new/", "liaison", _given),
    S("instructions/<pk>/feedback/", "liaison", {"text": "已商定方案。"}, _at("instructions", "instruction")),
    S("instructions/<pk>/send/", "liaison", page=_at("instructions", "instruction drafted")),
    S("supervisions/<pk>/receive/", "department", page=_at("supervisions", "notice to receive")),
    S("supervisions/<pk>/answer/", "department", {"text": "已整改。"}, _at("supervisions", "notice")),
)  # fmt: skip
