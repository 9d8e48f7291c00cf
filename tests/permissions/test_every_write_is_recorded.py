"""trust.md G-01: whatever a request changes is in the trail, in the same transaction, whoever sends it.

Nothing here runs what waits for the commit: an event that came later than its change would be missing.
"""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import transaction

from guandu.audit.models import AuditChange, AuditEvent
from guandu.audit.words import verb_in_words
from guandu.core import clock
from tests.permissions.rows import LOCKOUT, SESSIONS, TRAIL, differing, digests, written
from tests.permissions.submission import Submission, ask
from tests.permissions.submissions import WRITTEN
from tests.permissions.world import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Posted, and nothing of the district's is changed by it.
CHANGES_NOTHING = {
    "accounts/batches/new/": "a preview: the confirmation asks for the accounts",
    "accounts/confirm/": "the person shows his password again; what he does then is recorded",
    "accounts/confirm/code/": "the same by a code",
    "admin/parks/park/export/": "a list that the person sees, as a file",
    "enterprises/comparisons/new/": "a preview: the confirmation puts the questions to the streets",
}
# Tables that change with what is recorded, wherever that is, and say nothing of their own.
FOLLOWS = {
    "jobs_job": "work that the recorded act asks for",
    "jobs_outboxmessage": "the bell for that work",
    "targets_figuredue": "what that work is to read",
    "accounts_passwordrecord": "the password that the recorded one replaces",
}
# (route, table) that the event of the route need not say row by row.
NOTED = {
    ("accounts/sign-in/", "accounts_user"): "when he last signed in",
    ("accounts/sign-in/demo/", "accounts_user"): "when he last signed in",
    ("accounts/sign-in/code/", "accounts_user"): "when he last signed in",
    ("accounts/sign-in/code/", "mfa_authenticator"): "which code is used up",
    ("accounts/confirm/code/", "mfa_authenticator"): "which code is used up",
    ("accounts/handover/new/", "accounts_handoveritem"): "lines of the recorded slip",
    ("projects/<code>/move/", "investment_stagemove"): "the project's own trace of the recorded move",
    ("returns/<pk>/save/", "targets_returnversion"): "how often its recorded line was saved, and by whom",
    ("returns/<pk>/file/", "targets_returnversion"): "frozen by the recorded move",
    ("returns/<pk>/send-back/", "targets_returnline"): "a copy of the lines that were sent back",
    ("returns/<pk>/send-back/", "targets_evidence"): "the evidence of the lines that were sent back",
    ("returns/<pk>/correct/", "targets_evidence"): "the evidence of the lines that are corrected",
    ("returns/<pk>/receive/", "targets_returnversion"): "frozen by the recorded move",
    ("workbooks/<pk>/load/", "targets_returnversion"): "how often its recorded line was saved, and by whom",
    ("returns/<pk>/carry/", "targets_returnversion"): "how often its recorded line was saved, and by whom",
    ("returns/<pk>/roster/", "targets_returnversion"): "how often its recorded line was saved, and by whom",
    ("returns/<pk>/firms/accept/", "targets_returnversion"): "how often its recorded lines were saved, and by whom",
    ("returns/<pk>/correct/", "targets_returnline"): "a copy of the lines that are corrected",
    ("register/uploads/<pk>/confirm/", "exchange_upload"): "the file, which the recorded import names with its digest",
    ("admin/targets/cycle/add/", "targets_returnversion"): "the empty draft of each recorded return",
    ("admin/targets/cycle/add/", "targets_returnline"): "the empty line of that draft",
    ("calendar/open/", "targets_returnversion"): "the empty draft of each recorded return",
    ("calendar/open/", "targets_returnline"): "the empty line of that draft",
}


@pytest.fixture(autouse=True)
def _anchors_of_this_test(settings, tmp_path):
    settings.AUDIT_ANCHOR_DIR = tmp_path


def holes(each: Submission, world) -> Iterator[str]:
    """What is wrong with the trail after `each`, sent by everybody in turn."""
    each.prepare(world)
    sent = each.sent(world)
    before = digests({*TRAIL, *SESSIONS, *LOCKOUT})
    for role in (*ROLES, each.role) if each.role not in ROLES else ROLES:
        for value in sent.values():
            if hasattr(value, "seek"):
                value.seek(0)
        with transaction.atomic():
            yield from (f"{role}: {words}" for words in _holes(each, role, sent, before, world))
            transaction.set_rollback(True)


def _holes(each: Submission, role: str, sent: dict, before: dict[str, str], world) -> Iterator[str]:
    """Every table is looked at after whoever may, and those that were written to after anybody else."""
    last = AuditEvent.objects.first().seq
    with written() as touched:
        response = ask(world, role, "POST", each.path(world), sent)
    looked_at = before if role == each.role else before.keys() & touched
    changed = differing({table: before[table] for table in sorted(looked_at)})
    events = list(AuditEvent.objects.filter(seq__gt=last).prefetch_related("changes"))
    yield from (
        f"{event.verb} is not complete: {missing}"
        for event in events
        for missing in _missing(event, response)
    )
    if role == each.role:
        yield from _own(each, changed, events, response.status_code)
    elif response.status_code == 403:
        yield from _denied(world.people[role].actor_key, changed, events)
    elif changed:
        yield from _recorded(each, changed, events)


def _own(each: Submission, changed: list[str], events: list, status: int) -> Iterator[str]:
    if status >= 400:
        yield f"refused with {status}"
    elif each.route in CHANGES_NOTHING:
        unexpected = [table for table in changed if (each.route, table) not in NOTED]
        if unexpected:
            yield f"changed {unexpected}"
    elif not events:
        yield "left no event"
    else:
        yield from _recorded(each, changed, events)


def _recorded(each: Submission, changed: list[str], events: list) -> Iterator[str]:
    """Every table that changed is in an event's changes, or is named above."""
    told = {change.object_type for event in events for change in event.changes.all()}
    tables = {apps.get_model(label)._meta.db_table for label in told if label in LABELS}
    silent = [t for t in changed if t not in tables and t not in FOLLOWS and (each.route, t) not in NOTED]
    if silent:
        yield f"changed {silent} without a word"
    if changed and not [event for event in events if event.outcome == "done"]:
        yield f"changed {changed} and left {events}"


def _denied(actor_key: str, changed: list[str], events: list) -> Iterator[str]:
    if changed:
        yield f"was refused and changed {changed}"
    if [(event.outcome, event.actor_key) for event in events] != [("denied", actor_key)]:
        yield f"was refused with {events}"


LABELS = {model._meta.label_lower for model in apps.get_models()}


def _missing(event: AuditEvent, response) -> list[str]:
    """What the event does not say: who, when, what, of what, from where, in which request."""
    expected = {
        "who": event.actor_kind and event.actor_key and event.actor_name,
        "when": abs((clock.now() - event.at).total_seconds()) < 60,
        "what": verb_in_words(event.verb) != event.verb or event.verb == "page.open",
        "outcome": event.outcome in AuditEvent.Outcome.values,
        "of what": event.object_type and event.object_name,
        "why refused": event.outcome == "done" or event.reason,
        "request": event.request_id == response.headers["X-Request-ID"],
        "address": event.address == "127.0.0.1",
        "before and after": all(_says_both(change) for change in event.changes.all()),
    }
    return [name for name, there in expected.items() if not there]


def _says_both(change: AuditChange) -> bool:
    """Something new has no before, something removed no after; what was altered names the same fields."""
    if change.before is None or change.after is None:
        return bool(change.before or change.after)
    return bool(change.after) and set(change.before) <= set(change.after)


@pytest.mark.feature("X1")
@pytest.mark.parametrize("each", WRITTEN, ids=lambda each: each.route)
def test_what_anybody_changes_is_recorded_and_what_he_is_refused_too(each, world, prove_figure):
    with transaction.atomic():
        found = list(holes(each, world))
        transaction.set_rollback(True)
    assert found == []
    prove_figure("审计完整：写入请求（路由 × 人员），改动与拒绝均有完整记录", len(ROLES))


def test_every_exception_is_of_a_form_that_exists():
    known = {each.route for each in WRITTEN}
    assert set(CHANGES_NOTHING) <= known
    assert {route for route, _ in NOTED} <= known
