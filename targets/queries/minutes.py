"""The 纪要 as the portal would word it, from outcomes and resolutions; the office edits it before it is issued."""

from targets.models import AgendaItem, Meeting, Minutes, Resolution


def day_words(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def drafted(meeting: Meeting) -> str:
    """Head, who was there, each item with what was said, the resolutions. Two queries."""
    head = f"{day_words(meeting.held_on)}，{meeting.chair}在{meeting.place}主持召开{meeting.title}。现纪要如下："
    items = [_item(number, item) for number, item in enumerate(meeting.items.all(), start=1)]
    resolved = list(meeting.resolutions.select_related("unit"))
    parts = [head, *items]
    if resolved:
        parts.append("会议议定以下事项：\n" + "\n".join(resolution_words(each) for each in resolved))
    parts.append(f"参会：{meeting.present}。" + (f"\n缺席和请假：{meeting.absent}。" if meeting.absent else ""))
    return "\n\n".join(parts)


def _item(number: int, item: AgendaItem) -> str:
    return f"{number}. {item.title}\n{item.outcome or '（还没有议定意见）'}"


def resolution_words(each: Resolution) -> str:
    return f"（{each.number}）{each.text}。由{each.unit}牵头，{day_words(each.due_on)}前完成。"


def in_force(meeting: Meeting) -> Minutes | None:
    """The newest text. One query."""
    return meeting.minutes.order_by("-number").first()
