"""Documents that wait for a person, for the home page's to-do list."""

from django.urls import reverse

from guandu.accounts.models import User
from guandu.core import clock
from guandu.web.registry import ToDo, todo_sources
from targets.queries.documents import opinions_waiting, waiting_for_signature


@todo_sources.register(16)
def documents_waiting(user: User) -> list[ToDo]:
    """Drafts on which the person's unit is asked, and papers that wait for a signature. Two queries at most."""
    return [_asked(each) for each in opinions_waiting(user)] + [_laid(each) for each in waiting_for_signature(user)]


def _asked(opinion) -> ToDo:
    due = opinion.document.opinions_due
    late = due is not None and due < clock.today()
    return ToDo(
        title=f"《{opinion.document}》征求意见",
        url=reverse("targets:document", args=[opinion.document_id]),
        action="去答复",
        due_on=due,
        detail="逾期未答复，视为无意见；送审之前仍可答复" if late else "逾期未答复的，视为无意见",
        word="逾期" if late else "待答复",
        tone="late" if late else "warn",
    )


def _laid(document) -> ToDo:
    return ToDo(
        title=f"《{document}》待签批",
        url=reverse("targets:document", args=[document.pk]),
        action="去登记",
        detail="签批后请登记签批人、日期和扫描件",
        word="送审稿",
        tone="active",
    )
