"""The pages on which the register is changed: scope, what is shown, refusals that lose nothing, query counts."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.accounts.handover import open_work
from guandu.accounts.roles import RoleCode
from guandu.web.registry import changes_for
from parks.actions import contacts, notes, parks, proposals
from parks.models import Enterprise, Park, ParkName, Proposal
from tests.factories import make_demonstration, make_enterprise, make_park, make_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 12)
LONG = "昆明市官渡区金马街道凉亭片区数字经济与总部基地融合创新发展示范产业园区二期拓展区"


@pytest.fixture(autouse=True)
def today(db):
    make_demonstration(TODAY)


def page(client, path, status=200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def counted(client, path) -> int:
    page(client, path)
    with CaptureQueriesContext(connection) as queries:
        page(client, path)
    return len(queries)


def ask(subject, by, **values) -> Proposal:
    return proposals.propose(subject=subject, values=values, effective_on=TODAY, reason="实测面积", by=by)


def filled(client, path, **said) -> dict:
    """What the form on the page would send, with `said` typed over it."""
    form = client.get(path).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    plain = {name: "" if value is None else value for name, value in sent.items()}
    return plain | said


# 变更申请


@pytest.mark.feature("A20")
def test_an_operator_asks_and_the_department_accepts_by_pages(park, operator, department_user, sign_in):
    mine, path = sign_in(operator), f"/register/parks/{park.code}/propose/"
    assert "包保部门或园区发展办同意后才生效" in page(mine, path)
    sent = filled(mine, path, lettable_area="118,000.5", reason="实测面积")
    made = mine.post(path, sent)
    assert made.status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.values == {"lettable_area": 11_800_050}
    shown = page(mine, made.url)
    assert "118,000.50 平方米" in shown
    assert "撤回" in shown
    assert "formaction" not in shown
    theirs = sign_in(department_user)
    assert "同意" in page(theirs, made.url)
    assert Park.objects.get(pk=park.pk).lettable_area is None
    assert theirs.post(f"{made.url}accept/", {"answer": "属实"}).status_code == 302
    assert Park.objects.get(pk=park.pk).lettable_area == 11_800_050
    assert "已生效" in page(mine, made.url)
    assert [change.title for change in changes_for(operator)][:1] == ["本园区的变更申请已生效"]


@pytest.mark.feature("A20")
def test_one_that_the_register_overtook_is_shown_and_closed(park, operator, department_user, office, sign_in):
    proposal = ask(park, operator, lettable_area=100)
    parks.update(park=park, values={"lettable_area": 900}, by=office)
    client, path = sign_in(department_user), f"/register/proposals/{proposal.pk}/"
    shown = page(client, path)
    assert "登记内容已有变动" in shown
    assert "退回申请人" in shown
    assert ">同意<" not in shown
    answer = client.post(f"{path}accept/")
    assert answer.status_code == 409
    assert "不再有效" in answer.content.decode()
    assert "已失效" in page(client, path)
    assert Park.objects.get(pk=park.pk).lettable_area == 900


@pytest.mark.feature("A20", "A18")
def test_a_form_of_a_moment_ago_is_refused_and_what_was_typed_stays(park, operator, office, sign_in):
    client, path = sign_in(operator), f"/register/parks/{park.code}/propose/"
    sent = filled(client, path, address="官渡区某路 1 号", reason="搬迁")
    parks.update(park=park, values={"let_area": 900}, by=office)
    answer = client.post(path, sent)
    assert answer.status_code == 409
    assert "官渡区某路 1 号" in answer.content.decode()
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"reason": ""}, "请填写变更理由"),
        ({"lettable_area": "约一千", "reason": "实测"}, "不是数字"),
        ({"reason": "实测"}, "没有需要变更的"),
        ({"seen": "forged", "lettable_area": "1", "reason": "实测"}, "已失效"),
    ],
)
def test_a_wrong_form_says_what_to_do(said, sentence, park, operator, sign_in):
    client, path = sign_in(operator), f"/register/parks/{park.code}/propose/"
    answer = client.post(path, filled(client, path, **said))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_firms_form_holds_the_register_and_asks_for_what_differs(park, operator, sign_in):
    firm = make_enterprise(park=park, registered_address="一号")
    client, path = sign_in(operator), f"/register/enterprises/{firm.code}/propose/"
    sent = filled(client, path, registered_address="二号", reason="迁址")
    sent.pop("is_service_body")
    assert client.post(path, sent).status_code == 302
    assert Proposal.objects.get().values == {"registered_address": "二号"}


def test_a_refusal_and_a_withdrawal_by_pages(park, operator, department_user, sign_in):
    first, second = ask(park, operator, let_area=1), ask(park, operator, let_area=2)
    theirs = sign_in(department_user)
    silent = theirs.post(f"/register/proposals/{first.pk}/refuse/", {"answer": ""})
    assert silent.status_code == 422
    assert silent.content.decode().count("请写明不同意的原因") == 1
    theirs.post(f"/register/proposals/{first.pk}/refuse/", {"answer": "缺报告"})
    assert "缺报告" in page(sign_in(operator), f"/register/proposals/{first.pk}/")
    assert sign_in(operator).post(f"/register/proposals/{second.pk}/withdraw/").status_code == 302
    assert set(Proposal.objects.values_list("state", flat=True)) == {"refused", "withdrawn"}


def test_everybody_sees_the_proposals_of_his_scope(park, other_park, operator, office, sign_in):
    own, other = ask(park, office, let_area=1), ask(other_park, office, let_area=2)
    client = sign_in(operator)
    listed = page(client, "/register/proposals/")
    assert "本园区" in listed
    assert "外园区" not in listed
    page(client, f"/register/proposals/{own.pk}/")
    page(client, f"/register/proposals/{other.pk}/", 404)
    assert client.post(f"/register/proposals/{other.pk}/withdraw/").status_code == 404
    page(client, f"/register/parks/{other_park.code}/propose/", 404)


def test_an_empty_list_says_so(office, sign_in):
    client = sign_in(office)
    assert "没有未办结的变更申请" in page(client, "/register/proposals/")
    assert "还没有变更申请" in page(client, "/register/proposals/?state=all")


def test_lists_ask_as_often_for_three_as_for_one(office, department, department_user, sign_in):
    client = sign_in(department_user)
    paths = ("/register/proposals/", "/register/proposals/?state=all")

    def more():
        park = make_park(department=department, name=LONG)
        ask(park, make_user(RoleCode.OPERATOR, scope=park), name=f"{LONG}（更名）", let_area=12_345_678_901)
        firm = make_enterprise(park=park)
        ask(firm, office, registered_address="某地")

    more()
    few = [counted(client, path) for path in paths]
    more()
    more()
    assert [counted(client, path) for path in paths] == few
    assert LONG in page(client, paths[0])


@pytest.mark.feature("A11")
def test_the_record_asks_as_often_for_three_of_each_as_for_one(park, office, operator, sign_in):
    client = sign_in(operator)
    path = f"/register/parks/{park.code}/record/"

    def more(number):
        notes.write(subject=park, text=f"记事{number}", by=office)
        contacts.add(subject=park, name=f"联系人{number}", phone="13812340000", by=office)
        ask(park, operator, let_area=number)
        ParkName.objects.create(
            park=park,
            name=f"名{number}",
            valid_from=date(2000 + number, 1, 1),
            valid_to=date(2001 + number, 1, 1),
        )

    more(1)
    few = counted(client, path)
    more(2)
    more(3)
    assert counted(client, path) == few


def test_open_proposals_stand_on_the_slip_of_a_hand_over(park, operator, department_user):
    ask(park, operator, let_area=1)
    for person in (operator, department_user):
        sections = dict(open_work(person))
        assert [item.title for item in sections["变更申请"]] == ["本园区变更申请"]


# Names and mergers


@pytest.mark.feature("A5")
def test_the_office_renames_by_a_page(park, office, sign_in):
    client, path = sign_in(office), f"/register/parks/{park.code}/rename/"
    sent = filled(client, path, name="新园区", on="2026-05-16", document="官政发〔2026〕5号")
    same = client.post(path, sent | {"name": park.name})
    assert same.status_code == 422
    assert "没有需要变更的" in same.content.decode()
    assert client.post(path, sent).status_code == 302
    shown = page(client, f"/register/parks/{park.code}/record/")
    for words in ("新园区", "2026-05-16", "官政发〔2026〕5号", "本园区"):
        assert words in shown
    early = client.post(path, sent | {"name": "第三名", "on": "2026-05-01"})
    assert early.status_code == 422
    assert "现名称自 2026-05-16 起使用" in early.content.decode()


@pytest.mark.feature("A5")
def test_a_merger_is_shown_before_it_is_done(park, office, sign_in):
    into = make_park(name="存续园区")
    make_enterprise(park=park)
    client, path = sign_in(office), f"/register/parks/{park.code}/merge/"
    said = {"into": into.pk, "on": "2026-08-16", "reason": "区政府批复"}
    assert client.post(path, said | {"confirm": "1", "previewed": ""}).status_code == 200
    assert Park.objects.get(pk=park.pk).merged_into is None
    shown = client.post(path, said)
    assert "1 家在园企业自 2026-08-16 起登记为存续园区的入驻企业" in shown.content.decode()
    token = shown.context["token"]
    other = client.post(path, said | {"on": "2026-08-17", "confirm": "1", "previewed": token})
    assert other.status_code == 200
    assert Park.objects.get(pk=park.pk).merged_into is None
    assert client.post(path, said | {"confirm": "1", "previewed": token}).status_code == 302
    assert Park.objects.get(pk=park.pk).merged_into == into
    assert "并入：本园区" in page(client, f"/register/parks/{into.code}/record/")
    assert "已于 2026年8月16日 并入 存续园区" in page(client, f"/register/parks/{park.code}/record/")


@pytest.mark.feature("A5")
def test_what_stands_in_the_way_is_shown_and_cannot_be_confirmed(park, office, sign_in):
    into = make_park(name="存续园区", opened_on=date(2026, 9, 1))
    client, path = sign_in(office), f"/register/parks/{park.code}/merge/"
    shown = client.post(path, {"into": into.pk, "on": "2026-08-16", "reason": "批复"})
    assert "尚未开园" in shown.content.decode()
    assert shown.context["token"] == ""


@pytest.mark.feature("A5")
def test_firms_are_merged_by_name_or_code(park, office, sign_in):
    firm, into = make_enterprise(park=park), make_enterprise(code="E-INTO", name="存续公司")
    make_enterprise(name="重名公司")
    make_enterprise(name="重名公司")
    client, path = sign_in(office), f"/register/enterprises/{firm.code}/merge/"
    said = {"on": "2026-08-16", "reason": "吸收合并"}
    assert "没有找到这家企业" in client.post(path, said | {"into": "没有的公司"}).content.decode()
    assert "有 2 家企业名称相同" in client.post(path, said | {"into": "重名公司"}).content.decode()
    shown = client.post(path, said | {"into": "e-into"})
    done = client.post(path, said | {"into": "存续公司", "confirm": "1", "previewed": shown.context["token"]})
    assert done.url == "/register/enterprises/E-INTO/record/"
    assert Enterprise.objects.get(pk=firm.pk).merged_into == into


@pytest.mark.parametrize("who", ["operator", "department_user", "street_user"])
def test_others_have_no_pages_to_rename_or_merge(who, request, park, sign_in):
    client = sign_in(request.getfixturevalue(who))
    shown = page(client, f"/register/parks/{park.code}/record/")
    assert "变更名称" not in shown
    assert "变更日志" not in shown
    for verb in ("rename", "merge"):
        page(client, f"/register/parks/{park.code}/{verb}/", 403)


def test_who_only_looks_at_numbers_sees_no_contacts_and_notes(park, office, leader, sign_in):
    contacts.add(subject=park, name="张三", phone="13812340000", by=office)
    notes.write(subject=park, text="内部记事", by=office)
    shown = page(sign_in(leader), f"/parks/{park.code}/")
    assert "张三" not in shown
    assert "内部记事" not in shown
    page(sign_in(leader), f"/register/parks/{park.code}/record/", 403)


def test_the_side_bar_leads_to_what_each_may_open(park, operator, department_user, leader, sign_in):
    quality, asked = reverse("changes:quality"), reverse("changes:proposals")
    bars = {user: page(sign_in(user), "/") for user in (operator, department_user, leader)}
    assert (quality in bars[operator], asked in bars[operator]) == (True, True)
    assert (quality in bars[department_user], asked in bars[department_user]) == (False, True)
    assert (quality in bars[leader], asked in bars[leader]) == (False, False)
