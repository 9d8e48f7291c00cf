"""Writing in the officials' admin: through actions, refused on the form, never over another's change."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from guandu.accounts.models import Grant, User
from guandu.audit.models import AuditEvent
from parks.actions import parks
from parks.models import Area, Chain, Park, Placement, Title
from targets.models import Cycle, Mechanism, Target
from tests.admin.world import fill
from tests.factories import make_chain, make_park, make_unit, make_user

pytestmark = pytest.mark.django_db


def address(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args)


def form_of(client, path: str) -> dict[str, str]:
    """What the browser would send back unchanged."""
    form = client.get(path).context["adminform"].form
    data = {}
    for field in form:
        value = field.value()
        if field.name in form.fields and value is not None:
            value = field.field.prepare_value(value)
            data[field.html_name] = value if value is not False else ""
    for formset in client.get(path).context["inline_admin_formsets"]:
        for field in formset.formset.management_form:
            data[field.html_name] = field.value()
    return {name: value for name, value in data.items() if value != ""}


def errors_of(response) -> str:
    assert response.status_code == 200
    form = response.context["adminform"].form
    return " ".join(text for texts in form.errors.values() for text in texts)


@pytest.fixture
def world(park, office):
    return fill(park, office)


@pytest.fixture
def client(sign_in, office):
    return sign_in(office)


def new_park(chain) -> dict:
    return {
        "code": "P-NEW", "name": "新园区", "carrier": "building", "operating_model": "joint", "opened_on": "2026-01-01",
        "lettable_area": "12,345.67", "has_service_station": "unknown", "has_one_stop": "true",
        "chain": chain.pk, "on": "2026-01-01",
    }  # fmt: skip


def test_a_park_is_entered_through_its_action(client, chain):
    response = client.post(address("parks_park_add"), new_park(chain))
    assert response.status_code == 302, errors_of(response)
    park = Park.objects.get(code="P-NEW")
    assert park.placements.get().chain == chain
    assert (park.lettable_area, park.has_service_station, park.has_one_stop) == (1234567, None, True)
    assert AuditEvent.objects.get(verb="park.create").actor_key == "office"


@pytest.mark.feature("A2")
@pytest.mark.parametrize("missing", ["chain", "carrier", "operating_model"])
def test_a_park_without_its_chain_form_or_model_is_not_entered(client, chain, missing):
    response = client.post(address("parks_park_add"), new_park(chain) | {missing: ""})
    assert missing in response.context["adminform"].form.errors
    assert not Park.objects.filter(code="P-NEW").exists()


@pytest.mark.parametrize(
    ("value", "stored"), [("12,345.67", 1234567), ("", None), ("1.234", "小数位数过多"), ("-1", "面积不能是负数")]
)
def test_areas_are_entered_in_square_metres_with_two_decimals(client, park, value, stored):
    path = address("parks_park_change", park.pk)
    names = ("land_area", "floor_area", "built_area", "let_area")
    response = client.post(path, {**form_of(client, path), **dict.fromkeys(names, value)})
    park.refresh_from_db()
    found = {getattr(park, name) for name in names}
    if isinstance(stored, str):
        assert stored in errors_of(response)
        assert found == {None}
    else:
        assert found == {stored}


def test_only_what_was_altered_is_recorded(client, park):
    path = address("parks_park_change", park.pk)
    response = client.post(path, {**form_of(client, path), "note": "新的说明"})
    assert response.status_code == 302, errors_of(response)
    change = AuditEvent.objects.get(verb="park.update").changes.get()
    assert change.after == {"note": "新的说明", "version": 2}
    assert "新的说明" in client.get(address("parks_park_history", park.pk)).content.decode()


@pytest.mark.feature("A18")
def test_a_stale_form_shows_the_others_change_and_keeps_what_was_typed(client, office, park):
    path = address("parks_park_change", park.pk)
    opened = form_of(client, path)
    parks.update(park=park, values={"note": "甲的说明"}, by=office)
    response = client.post(path, {**opened, "note": "乙的说明"})
    assert "说明：现为“甲的说明”，您填的是“乙的说明”。" in errors_of(response)
    assert response.context["adminform"].form["note"].value() == "乙的说明"
    assert Park.objects.get(pk=park.pk).note == "甲的说明"
    again = {**opened, "note": "乙的说明", "seen": response.context["adminform"].form["seen"].value()}
    assert client.post(path, again).status_code == 302
    assert Park.objects.get(pk=park.pk).note == "乙的说明"


@pytest.mark.parametrize("seen", ["", "forged"])
def test_a_form_without_what_was_seen_changes_nothing(client, park, seen):
    path = address("parks_park_change", park.pk)
    response = client.post(path, {**form_of(client, path), "note": "新的说明", "seen": seen})
    assert "已失效" in errors_of(response)
    assert Park.objects.get(pk=park.pk).note == ""


def test_a_refusal_of_the_action_is_an_error_of_the_form(client, world):
    firm = world["firm"]
    path = address("parks_enterprise_change", firm.pk)
    response = client.post(path, {**form_of(client, path), "credit_code": "不是代码"})
    assert "不是统一社会信用代码" in errors_of(response)
    assert "credit_code" in response.context["adminform"].form.errors


@pytest.mark.parametrize("field", ["code", "is_demo", "version", "loaded_digest"])
def test_a_field_that_is_not_offered_is_not_taken(client, park, field):
    before = getattr(park, field)
    path = address("parks_park_change", park.pk)
    client.post(path, {**form_of(client, path), field: "9"})
    assert getattr(Park.objects.get(pk=park.pk), field) == before


def test_a_move_closes_the_former_place(client, park):
    chain = make_chain(name="新链")
    path = address("parks_park_change_placement", park.pk)
    response = client.post(path, {"on": "2026-07-01", "chain": chain.pk})
    assert response.status_code == 302
    former, present = Placement.objects.filter(park=park).order_by("valid_from")
    assert (former.valid_to, present.valid_from, present.chain) == (date(2026, 7, 1), date(2026, 7, 1), chain)
    response = client.post(path, {"on": "2026-06-01", "chain": make_chain().pk})
    assert "与它重叠" in response.content.decode() or "重叠" in response.content.decode()
    assert Placement.objects.filter(park=park).count() == 2


def test_a_title_and_a_sponsor_are_recorded(client, park):
    client.post(
        address("parks_park_record_title", park.pk),
        {"level": "city", "name": "示范园区", "state": "awarded", "awarded_on": "2026-07-01"},
    )
    assert Title.objects.get(park=park).state == "awarded"
    unit = make_unit()
    client.post(
        address("parks_park_change_sponsorship", park.pk), {"on": "2026-07-01", "department": unit.pk}
    )
    assert park.sponsorships.get(valid_to=None).department == unit


def test_an_area_and_its_clusters(client, world, chain):
    other = make_chain()
    path = address("parks_area_change", world["area"].pk)
    response = client.post(path, {**form_of(client, path), "name": "改名片区", "clusters": [chain.pk, other.pk]})
    assert response.status_code == 302, errors_of(response)
    area = Area.objects.get(pk=world["area"].pk)
    assert (area.name, set(area.chains.all())) == ("改名片区", {chain, other})
    response = client.post(address("parks_area_add"), {"code": "A-NEW", "name": "新片区", "clusters": [chain.pk]})
    assert response.status_code == 302, errors_of(response)
    assert list(Area.objects.get(code="A-NEW").chains.all()) == [chain]


def test_a_chain_and_a_unit_are_entered(client):
    unit = {"code": "U-NEW", "name": "新专班", "kind": "task_force"}
    assert client.post(address("accounts_unit_add"), unit).status_code == 302
    force = make_unit("task_force")
    data = {
        "code": "C-NEW", "name": "新链", "park_type": "新型园区", "cluster_name": "新聚集区",
        "task_force": force.pk, "position": "6",
    }  # fmt: skip
    response = client.post(address("parks_chain_add"), data)
    assert response.status_code == 302, errors_of(response)
    assert Chain.objects.get(code="C-NEW").task_force == force


@pytest.mark.feature("D1")
def test_a_targets_reading_and_duties(client, world):
    target, lead, other = world["target"], world["unit"], make_unit()
    path = address("targets_target_change", target.pk)
    data = {**form_of(client, path), "caliber": "按期末数", "leads": [other.pk], "responsible": [lead.pk]}
    assert not {"value", "deadline"} & set(data)
    response = client.post(path, data)
    assert response.status_code == 302, errors_of(response)
    target = Target.objects.get(pk=target.pk)
    assert target.caliber == "按期末数"
    assert {(duty.unit, duty.leads) for duty in target.duties.all()} == {(other, True), (lead, False)}


def test_a_unit_is_not_lead_and_responsible_at_once(client, world):
    path = address("targets_target_change", world["target"].pk)
    response = client.post(path, {**form_of(client, path), "responsible": [world["unit"].pk]})
    assert "既是牵头单位又是责任单位" in errors_of(response)
    response = client.post(path, {**form_of(client, path), "leads": []})
    assert "目标须有牵头单位" in errors_of(response)


@pytest.mark.feature("D9")
def test_value_and_deadline_of_a_target_are_not_typed_over(client, world):
    path = address("targets_target_change", world["target"].pk)
    for name, value in (("value", "12"), ("deadline", "2027-01-01")):
        assert f"没有“{name}”这一项" in errors_of(client.post(path, {**form_of(client, path), name: value}))


def test_a_mechanisms_units(client, world):
    path = address("targets_mechanism_change", world["mechanism"].pk)
    other = make_unit()
    response = client.post(path, {**form_of(client, path), "responsible": [other.pk]})
    assert response.status_code == 302, errors_of(response)
    assert list(Mechanism.objects.get().responsible.all()) == [other]


@pytest.mark.parametrize("name", ["indicator", "template", "plan", "aim", "ambiguity", "project"])
def test_every_other_form_saves(client, world, name):
    row = world[name]
    field = {"ambiguity": "reading", "indicator": "caliber", "template": "printed_line", "project": "note"}.get(name, "title")
    path = address(f"{row._meta.app_label}_{row._meta.model_name}_change", row.pk)
    response = client.post(path, {**form_of(client, path), field: "改过的文字"})
    assert response.status_code == 302, errors_of(response)
    row.refresh_from_db()
    assert getattr(row, field) == "改过的文字"
    event = AuditEvent.objects.order_by("seq").last()
    assert (event.actor_key, event.outcome) == ("office", "done")


@pytest.mark.feature("B1")
def test_the_office_opens_a_cycle_and_completes_it(client, world):
    data = {"template": world["template"].pk, "quarter": "2026Q2"}
    opened = client.post(address("targets_cycle_add"), data, follow=True)
    cycle = Cycle.objects.get(period="2026Q2")
    assert opened.redirect_chain == [(address("targets_cycle_change", cycle.pk), 302)]
    assert "2026Q2已布置 1 张报表" in opened.content.decode()
    make_park()
    again = client.post(address("targets_cycle_add"), data, follow=True)
    assert "此前已布置，本次补充 1 张报表，共 2 张" in again.content.decode()
    assert cycle.returns.count() == 2
    assert AuditEvent.objects.filter(verb="cycle.open", actor_key="office", outcome="done").count() == 2


def test_a_cycle_that_cannot_be_opened_is_explained_on_the_form(client, world):
    data = {"template": world["template"].pk, "quarter": "2026"}
    assert "请选择一个季度" in errors_of(client.post(address("targets_cycle_add"), data))
    assert not Cycle.objects.filter(period="2026").exists()


# Accounts


@pytest.mark.feature("X6")
def test_an_account_is_opened_by_one_and_granted_by_another(sign_in, system_admin, security_admin, park):
    opener, granter = sign_in(system_admin), sign_in(security_admin)
    unit = make_unit()
    opener.post(address("accounts_user_add"), {"username": "new.person", "name": "新同事", "unit": unit.pk})
    user = User.objects.get(username="new.person")
    assert not user.has_usable_password()
    reset = opener.post(address("accounts_user_reset_password", user.pk), {"reason": ""}, follow=True)
    told = [str(message) for message in reset.context["messages"]][-1]
    assert "messages" not in opener.cookies
    assert User.objects.get(pk=user.pk).check_password(told.split("：")[1])
    grant = {"role": "operator", "scope": f"park:{park.code}", "since": "2026-01-01", "reason": "来函"}
    path = address("accounts_user_give_grant", user.pk)
    assert opener.post(path, grant).status_code == 403
    assert granter.post(path, grant).status_code == 302
    given = Grant.objects.get(user=user)
    assert granter.post(address("accounts_grant_revoke", given.pk), {"reason": "离职"}).status_code == 302
    given.refresh_from_db()
    assert given.valid_to is not None


def test_a_grant_that_cannot_be_is_explained_on_the_form(sign_in, security_admin, office):
    path = address("accounts_user_give_grant", office.pk)
    response = sign_in(security_admin).post(
        path, {"role": "system_admin", "scope": "district:", "since": "2026-01-01", "reason": "试"}
    )
    assert "须由不同的人担任" in response.content.decode()
    response = sign_in(security_admin).post(
        path, {"role": "operator", "scope": "district:", "since": "2026-01-01", "reason": "试"}
    )
    assert "只能按园区授权" in response.content.decode()


def test_a_denial_within_the_admin_is_recorded(sign_in, security_admin):
    path = address("accounts_user_give_grant", security_admin.pk)
    response = sign_in(security_admin).post(
        path, {"role": "leader", "scope": "district:", "since": "2026-01-01", "reason": "试"}
    )
    assert "不能给自己授权" in response.content.decode()
    assert AuditEvent.objects.filter(verb="grant.give", outcome="denied", actor_key="security-admin").exists()


def test_an_account_is_switched_off_and_on(sign_in, system_admin):
    user = make_user()
    path = address("accounts_user_switch_active", user.pk)
    client = sign_in(system_admin)
    for active in (False, True):
        client.post(path, {"reason": "调动"})
        assert User.objects.get(pk=user.pk).is_active is active


# Scope and export


def test_an_object_that_is_not_there_is_not_found(client):
    assert client.get(address("parks_park_change", 999_999)).status_code == 404
    assert client.get(address("parks_park_history", 999_999)).status_code == 404
    assert client.get(address("parks_park_change_placement", 999_999)).status_code == 404


@pytest.mark.parametrize("who", ["system_admin", "security_admin", "audit_admin"])
def test_no_administrator_exports_business(who, request, sign_in, park):
    client = sign_in(request.getfixturevalue(who))
    assert client.get(address("parks_park_export")).status_code == 403
    assert client.post(address("parks_park_export"), {"format": "0"}).status_code == 403


def test_parks_are_exported_with_their_labels_and_safe_texts(client, park):
    Park.objects.filter(pk=park.pk).update(note="=1+1", lettable_area=123456)
    response = client.post(address("parks_park_export"), {"format": "0"})
    assert response.headers["Content-Disposition"].endswith(".xlsx")
    head, row = load_workbook(BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True)
    found = dict(zip(head, row, strict=True))
    assert found["园区名称"] == "本园区"
    assert (found["产业链"], found["街道"], found["包保部门"]) == ("本链", "本街道", "本部门")
    assert found["可招商面积（平方米）"] == 1234.56
    assert found["说明"] == "=1+1"
    text = client.post(address("parks_park_export"), {"format": "1"}).getvalue().decode("utf-8-sig")
    assert text.splitlines()[0].startswith("编码,园区名称,简称")
    assert text.splitlines()[1].endswith(",'=1+1")
