"""Every page of the officials' admin opens for those whom it concerns, and for nobody else."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.admin.world import fill

pytestmark = pytest.mark.django_db

OFFICE = {
    "accounts.unit", "accounts.user", "accounts.grant", "parks.chain", "parks.area", "parks.park",
    "parks.enterprise", "parks.building", "parks.space", "parks.tenancy", "targets.indicator",
    "targets.returntemplate", "targets.cycle", "targets.plan",
    "targets.target", "targets.qualitativeaim", "targets.mechanism", "targets.ambiguity", "rating.scheme",
    "investment.project", "parks.industry", "parks.honourkind", "parks.statisticalclass", "parks.parktype",
    "notices.reminderrule", "targets.disclosure",
}  # fmt: skip
SEEN = {
    "office": OFFICE,
    "system_admin": {"accounts.user", "accounts.grant"},
    "security_admin": {"accounts.user", "accounts.grant"},
    "audit_admin": {"audit.auditevent"},
}
ADDED = {
    "office": {
        "accounts.unit", "parks.chain", "parks.area", "parks.park", "parks.enterprise", "targets.cycle",
        "parks.building", "parks.space", "parks.tenancy",
        "parks.industry", "parks.honourkind", "parks.statisticalclass", "notices.reminderrule",
        "targets.disclosure",
    },
    "system_admin": {"accounts.user"},
    "security_admin": set(),
    "audit_admin": set(),
}  # fmt: skip
OUTSIDE = ["operator", "department_user", "task_force_user", "street_user", "leader", "liaison", "expert"]
LABELS = {model._meta.label_lower: model for model in admin.site._registry}


def address(label: str, page: str, *args) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


@pytest.fixture
def world(park, office):
    return fill(park, office)


def test_nothing_of_a_package_is_registered():
    assert set(LABELS) == OFFICE | {"audit.auditevent"}


@pytest.mark.parametrize("who", sorted(SEEN))
@pytest.mark.feature("X6")
def test_each_administrator_opens_his_own_pages_and_no_other(who, request, world, sign_in):
    client = sign_in(request.getfixturevalue(who))
    assert client.get("/admin/").status_code == 200
    for label, model in LABELS.items():
        row = model._base_manager.order_by("-pk").first()
        expected = 200 if label in SEEN[who] else 403
        found = [
            client.get(address(label, "changelist")).status_code,
            client.get(address(label, "change", row.pk)).status_code,
            client.get(address(label, "history", row.pk)).status_code,
        ]
        assert found == [expected] * 3, label
        added = client.get(address(label, "add")).status_code
        assert added == (200 if label in ADDED[who] else 403), label
        assert client.get(address(label, "delete", row.pk)).status_code in {403, 404}, label


@pytest.mark.parametrize("who", OUTSIDE)
@pytest.mark.feature("A12")
def test_who_does_not_administer_is_refused(who, request, world, sign_in):
    client = sign_in(request.getfixturevalue(who))
    for path in ("/admin/", address("parks.park", "changelist"), address("parks.park", "export")):
        response = client.get(path, follow=True)
        assert response.status_code == 403, path


def test_a_visitor_signs_in_on_the_portals_page(client):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/sign-in/?next=%2Fadmin%2F"


def test_leaving_the_admin_leaves_the_portal(sign_in, office):
    client = sign_in(office)
    client.post(reverse("admin:logout"), follow=True)
    assert "_auth_user_id" not in client.session


def test_no_row_is_deleted_in_bulk(sign_in, office, world):
    client = sign_in(office)
    data = {"action": "delete_selected", "_selected_action": [world["park"].pk]}
    client.post(address("parks.park", "changelist"), data)
    assert LABELS["parks.park"].objects.filter(pk=world["park"].pk).exists()


def test_only_the_admin_may_run_what_its_theme_needs(sign_in, office):
    client = sign_in(office)
    inside = client.get("/admin/").headers["Content-Security-Policy"]
    outside = client.get("/accounts/password/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in inside
    assert "style-src 'self' 'unsafe-inline'" in inside
    assert "default-src 'self'" in inside
    assert "unsafe" not in outside
    assert "default-src 'self'" in outside
