"""批示: how far its units are, and what may be answered of it in words."""

import re
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from guandu.accounts.models import User
from targets.enums_tasks import OPEN_TASKS, FeedbackState, TaskState
from targets.models import Instruction, Task
from targets.queries.tasks import latest_lines, lit_tasks, month_label

WARNING = "涉密文件不得上传。批示原件标有密级的，只按文件规定在线下办理，这里不登记、不摘抄、不拍照上传。"
MARKED = "内容带有密级标志，涉密文件不得上传。请删去涉密内容；批示整体涉密的，请在线下办理。"
_MARKS = re.compile(r"(绝密|机密|秘密)\s*[★☆*＊]|密级\s*[:：]|[★☆]\s*(长期|\d+\s*年)")


def bears_mark(*texts: str) -> bool:
    """Whether a text has what a document of secrecy is marked with: 机密★1年, 密级：秘密."""
    return any(_MARKS.search(text) for text in texts)


def instructions_of(user: User) -> QuerySet[Instruction]:
    """Each with how many tasks it has (`given`) and how many are open (`open`). One query."""
    own = Instruction.objects.visible_to(user)
    is_open = Q(tasks__state__in=OPEN_TASKS)
    return own.annotate(given=Count("tasks"), open=Count("tasks", filter=is_open)).order_by("-given_on", "-pk")


@dataclass(frozen=True)
class Part:
    """One 承办单位's task of a 批示 with its newest line."""

    task: Task
    line: str
    month: str


def parts_of(instruction: Instruction, user: User) -> list[Part]:
    """What the person may see of it. Four queries."""
    tasks = list(lit_tasks(user).filter(instruction=instruction).prefetch_related("duties__unit").order_by("pk"))
    lines = latest_lines(tasks)
    return [_part(task, lines) for task in tasks]


def _part(task: Task, lines: dict) -> Part:
    line = lines.get(task.pk)
    return Part(task, line.text if line else "", month_label(line.month) if line else "")


def gathered(instruction: Instruction, user: User) -> str:
    """A first 反馈稿 from what the units have said: a paragraph for each task. Nothing said is said so."""
    paragraphs = [f"关于“{instruction.title}”的批示，办理情况如下："]
    for number, part in enumerate(parts_of(instruction, user), start=1):
        units = "、".join(duty.unit.name for duty in part.task.duties.all())
        paragraphs.append(f"{number}. {units}：{_result(part)}")
    return "\n".join(paragraphs)


def _result(part: Part) -> str:
    task = part.task
    if task.state == TaskState.DONE:
        closing = task.closings.filter(state="granted").first()
        return f"已于{task.done_on:%Y年%-m月%-d日}办结。{closing.text if closing else ''}"
    if task.state == TaskState.REVOKED:
        return f"已撤销，{task.revoked_because}"
    said = f"截至{part.month}，{part.line}" if part.line else "尚未报送进展。"
    return f"{task.get_state_display()}，办结时限为{task.due_on:%Y年%-m月%-d日}。{said}"


def to_answer(user: User) -> list[Instruction]:
    """批示 whose answer is still to be sent; by who may enter them."""
    return list(
        Instruction.objects.visible_to(user).exclude(feedback_state=FeedbackState.SENT).order_by("due_on", "pk")
    )
