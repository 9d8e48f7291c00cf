"""A person changes his own password; every other session of his ends."""

import pytest
from django.urls import reverse

from guandu.accounts.models import User
from guandu.audit.models import AuditEvent
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "Another-2026-word"


def change(client, **fields):
    return client.post(reverse("accounts:password"), {"old": PASSWORD, "new": NEW, "again": NEW, **fields})


def test_a_visitor_signs_in_first(client):
    assert change(client).headers["Location"].startswith(reverse("accounts:sign-in"))


def test_a_new_password_keeps_this_session_and_ends_the_others(sign_in, operator):
    here, elsewhere = sign_in(operator), sign_in(operator)
    assert change(here).status_code == 302
    assert User.objects.get(pk=operator.pk).check_password(NEW)
    assert here.get(reverse("accounts:password")).status_code == 200
    assert elsewhere.get(reverse("accounts:password")).status_code == 302
    assert AuditEvent.objects.filter(verb="user.set_password", actor_key="operator").exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"old": "wrong"}, "原口令不正确。"),
        ({"again": "different"}, "两次输入的新口令不一致。"),
        ({"new": "12345678", "again": "12345678"}, "新口令："),
        ({"new": "", "again": ""}, "新口令："),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(sign_in, operator, fields, sentence):
    response = change(sign_in(operator), **fields)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert User.objects.get(pk=operator.pk).check_password(PASSWORD)
