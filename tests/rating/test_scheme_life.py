"""A scheme from upload to retirement, and which parks it applies to: actions, guards and the office's pages."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.core.actors import LOADER
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from guandu.jobs.models import Job
from guandu.jobs.worker import run_waiting
from rating.actions import schemes, simulations
from rating.engine import Facts, load_scheme
from rating.enums import SchemeState
from rating.exchange.scheme_workbook import write_scheme
from rating.models import Assessment, Scheme, SchemeScope
from rating.queries.applying import scopes_on, shared_out
from tests.factories import make_chain, make_demonstration, make_park
from tests.rating.worlds import DRAFT, give_good_figures, load_draft, run_trial

pytestmark = pytest.mark.django_db

Q3 = Period.parse("2026Q3")
TEXT = DRAFT.read_text(encoding="utf-8")


def version(name: str, *changes: tuple[str, str], status: str = "印发") -> str:
    text = TEXT.replace("version: 2026-draft-2", f"version: {name}").replace("status: 试行草案", f"status: {status}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.fixture(autouse=True)
def october(db):
    make_demonstration(date(2026, 10, 12))


@pytest.fixture
def used(db) -> Scheme:
    return load_draft()


@pytest.fixture
def scored_park(used):
    park = make_park(name="本园区二", chain=make_chain(code="DIG", name="数字经济"), carrier="building")
    give_good_figures(park)
    run_trial()
    return park


def received(office, name: str = "2026-a", *changes: tuple[str, str], status: str = "印发") -> Scheme:
    return schemes.receive(text=version(name, *changes, status=status), by=office)[0]


def tried(office, used, scheme):
    simulations.ask(before=used, after=scheme, period=Q3, by=office)
    run_waiting()


@pytest.mark.feature("E13")
def test_a_received_draft_changes_no_score_and_is_not_in_use(office, used, scored_park):
    before = list(Assessment.objects.values())
    scheme = received(office)
    run_trial()
    assert list(Scheme.objects.newest()) == [used]
    assert list(Assessment.objects.values()) == before
    assert scheme.adopted_at is None


def test_taken_up_it_scores_the_newest_quarter_at_once(office, used, scored_park):
    scheme = received(office, "2026-a", ("from: 85", "from: 99"))
    schemes.adopt(scheme=scheme, by=office)
    run_waiting()
    assert list(Scheme.objects.newest()) == [scheme]
    assert Assessment.objects.filter(scheme=scheme, park=scored_park).count() == 1
    assert Assessment.objects.filter(scheme=used, park=scored_park).count() == 1
    with pytest.raises(NotReady, match="正在使用"):
        schemes.adopt(scheme=scheme, by=office)


@pytest.mark.feature("E1")
def test_it_is_issued_after_it_was_tried_under_a_name_that_is_no_draft(office, used, scored_park):
    draft = received(office, "2026-b", status="试行草案")
    with pytest.raises(NotReady) as refused:
        schemes.publish(scheme=draft, document="官政发〔2026〕1号", issued_on=date(2026, 10, 1), by=office)
    assert ["试行草案" in refused.value.missing[0], "模拟" in refused.value.missing[1]] == [True, True]
    scheme = received(office)
    tried(office, used, scheme)
    schemes.publish(scheme=scheme, document="官政发〔2026〕1号", issued_on=date(2026, 10, 1), by=office)
    scheme.refresh_from_db()
    assert (scheme.state, scheme.document) == (SchemeState.PUBLISHED, "官政发〔2026〕1号")
    assert list(Scheme.objects.newest()) == [scheme]


def test_an_issue_says_what_is_wrong_at_its_field(office, used):
    with pytest.raises(Invalid) as refused:
        schemes.publish(scheme=used, document=" ", issued_on=date(2027, 1, 1), by=office)
    assert [name for name, _ in refused.value.errors] == ["document", "issued_on"]


@pytest.mark.feature("E1")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("points: 35", "points: 30"), "“能级”声明满分 30 分"),
        (("{from: 10, to: 60, points: 8}", "{from: 11, to: 60, points: 8}"), "档"),
    ],
)
def test_full_marks_that_do_not_add_up_and_gaps_are_never_issued(office, used, change, message):
    with pytest.raises(Invalid) as refused:
        received(office, "2026-c", change)
    assert any(message in sentence and place.startswith("第 ") for place, sentence in refused.value.errors)
    # Even where such a text had come in by another way.
    row = Scheme.objects.create(
        code="guandu-star", version="2026-d", title="评定方案", text=version("2026-d", change), digest="x",
        loaded_at=used.loaded_at,
    )  # fmt: skip
    with pytest.raises(Invalid):
        schemes.publish(scheme=row, document="官政发〔2026〕2号", issued_on=date(2026, 10, 1), by=office)
    row.refresh_from_db()
    assert row.state == SchemeState.DRAFT


def test_retired_it_is_used_no_more_and_the_one_before_it_is_again(office, used, scored_park):
    scheme = received(office)
    schemes.adopt(scheme=scheme, by=office)
    schemes.retire(scheme=scheme, because="分档有误", by=office)
    assert list(Scheme.objects.newest()) == [used]
    with pytest.raises(NotReady, match="已停用"):
        schemes.adopt(scheme=scheme, by=office)
    with pytest.raises(NotReady, match="已经停用"):
        schemes.retire(scheme=scheme, because="再次", by=office)


def test_only_the_office_decides(used, operator, leader):
    for person in (operator, leader):
        for act in (
            lambda by: schemes.receive(text=version("2026-e"), by=by),
            lambda by: schemes.adopt(scheme=used, by=by),
            lambda by: schemes.retire(scheme=used, because="x", by=by),
            lambda by: schemes.publish(scheme=used, document="x", issued_on=date(2026, 1, 1), by=by),
            lambda by: schemes.assign(scheme_code=used.code, carrier="", chain_code="", on=date(2026, 1, 1), by=by),
        ):
            with pytest.raises(NotAllowed):
                act(person)


# Which scheme applies to whom


@pytest.fixture
def land_scheme(office, used) -> Scheme:
    text = version("1").replace("code: guandu-star", "code: land-star")
    text = text.replace("title: 官渡区星级产业园区评定方案", "title: 用地类评定方案")
    return schemes.load(text=text, by=LOADER)[0]


@pytest.mark.feature("E17")
def test_each_park_is_scored_by_the_scheme_of_its_class(office, used, land_scheme, scored_park):
    field = make_park(name="用地园区", chain=make_chain(code="IND", name="新型工业"), carrier="land")
    give_good_figures(field)
    schemes.assign(scheme_code="land-star", carrier="land", chain_code="", on=date(2026, 1, 1), by=office)
    run_trial()
    pairs = set(Assessment.objects.values_list("scheme__code", "park__name"))
    assert pairs == {("guandu-star", "本园区二"), ("land-star", "用地园区")}


@pytest.mark.feature("E17")
def test_the_most_particular_line_decides(office, used, land_scheme):
    def facts(carrier, chain):
        return Facts(f"{carrier}-{chain}", attributes={"attr.carrier": carrier, "attr.park_type": chain})

    make_chain(code="IND", name="新型工业")
    schemes.assign(scheme_code="guandu-star", carrier="", chain_code="", on=date(2026, 1, 1), by=office)
    schemes.assign(scheme_code="land-star", carrier="land", chain_code="", on=date(2026, 1, 1), by=office)
    schemes.assign(scheme_code="guandu-star", carrier="land", chain_code="IND", on=date(2026, 1, 1), by=office)
    cohort = [facts("land", "DIG"), facts("land", "IND"), facts("building", "DIG"), facts(None, "HQ")]
    shares = {s.code: [f.entity for f in held] for s, held in shared_out(Scheme.objects.newest(), cohort, scopes_on(Q3.last_day))}
    assert shares == {"guandu-star": ["land-IND", "building-DIG", "None-HQ"], "land-star": ["land-DIG"]}
    assert scopes_on(date(2025, 12, 31)) == []


@pytest.mark.feature("E17")
def test_a_new_line_ends_the_old_one_and_a_second_like_it_is_refused(office, used, land_scheme):
    first = schemes.assign(scheme_code="guandu-star", carrier="land", chain_code="", on=date(2026, 1, 1), by=office)
    with pytest.raises(NotReady, match="已经适用"):
        schemes.assign(scheme_code="guandu-star", carrier="land", chain_code="", on=date(2026, 4, 1), by=office)
    schemes.assign(scheme_code="land-star", carrier="land", chain_code="", on=date(2026, 7, 1), by=office)
    first.refresh_from_db()
    assert first.valid_to == date(2026, 7, 1)
    with pytest.raises(Invalid, match="晚于起始日期"):
        schemes.assign(scheme_code="guandu-star", carrier="land", chain_code="", on=date(2026, 7, 1), by=office)
    last = SchemeScope.objects.get(valid_to=None)
    schemes.unassign(scope=last, on=date(2026, 9, 1), by=office)
    with pytest.raises(NotReady, match="已经终止"):
        schemes.unassign(scope=last, on=date(2026, 9, 1), by=office)


# Pages


@pytest.fixture
def client_of_office(office, sign_in):
    return sign_in(office)


@pytest.mark.feature("E1")
def test_a_file_is_received_by_its_form_as_workbook_and_as_text(client_of_office, used):
    for name, data in (("方案.yaml", version("2026-x").encode()), ("方案.xlsx", write_scheme(version("2026-y")))):
        answer = client_of_office.post(reverse("rating:scheme-upload"), {"file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 302, answer.content.decode()
        page = client_of_office.get(answer["Location"])
        assert "没有启用" in page.content.decode()
    assert set(Scheme.objects.values_list("version", flat=True)) == {"2026-draft-2", "2026-x", "2026-y"}


@pytest.mark.feature("E1")
def test_what_is_wrong_in_a_file_stands_in_a_table_by_line_or_cell(client_of_office, used):
    broken = version("2026-x", ("points: 35", "points: 30")).encode()
    answer = client_of_office.post(reverse("rating:scheme-upload"), {"file": SimpleUploadedFile("方案.yaml", broken)})
    assert answer.status_code == 422
    places = dict(answer.context["wrong"])
    assert any("“能级”声明满分 30 分" in words for words in places.values())
    book = openpyxl.load_workbook(BytesIO(write_scheme(TEXT)))
    book["评分项"]["A1"] = "别名"
    stream = BytesIO()
    book.save(stream)
    answer = client_of_office.post(
        reverse("rating:scheme-upload"), {"file": SimpleUploadedFile("方案.xlsx", stream.getvalue())}
    )
    assert answer.status_code == 422
    assert "评分项!A1" in answer.content.decode()
    for name, data in (("方案.pdf", b"%PDF-"), ("方案.yaml", b""), ("方案.xlsx", b"PK no workbook")):
        answer = client_of_office.post(reverse("rating:scheme-upload"), {"file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 422
    assert Scheme.objects.count() == 1


@pytest.mark.feature("E1")
def test_what_is_downloaded_loads_to_the_same_scheme(client_of_office, used):
    text = client_of_office.get(reverse("rating:scheme-text", args=[used.pk])).content
    assert load_scheme(text).digest == used.digest
    data = client_of_office.get(reverse("rating:scheme-workbook", args=[used.pk])).content
    answer = client_of_office.post(reverse("rating:scheme-upload"), {"file": SimpleUploadedFile("同一份.xlsx", data)})
    assert answer.status_code == 302
    assert Scheme.objects.count() == 1


def test_the_page_shows_every_item_and_gate(client_of_office, used):
    html = client_of_office.get(reverse("rating:scheme", args=[used.pk])).content.decode()
    rules = load_scheme(used.text)
    for title in (*(item.title for item in rules.items()), *(gate.title for gate in rules.gates)):
        assert title in html
    assert "正在用于试算" in html


def test_the_difference_of_two_versions_is_in_words(client_of_office, office, used):
    scheme = received(office, "2026-a", ("from: 85", "from: 90"))
    html = client_of_office.get(reverse("rating:scheme-changes", args=[scheme.pk])).content.decode()
    assert "达到 85 分" in html
    assert "达到 90 分" in html


def test_the_forms_of_a_scheme_answer_what_is_missing(client_of_office, office, used, scored_park):
    scheme = received(office)
    url = reverse("rating:scheme-publish", args=[scheme.pk])
    assert client_of_office.post(url, {}).status_code == 422
    answer = client_of_office.post(url, {"document": "官政发〔2026〕1号", "issued_on": "2026-10-01"})
    assert (answer.status_code, "还没有在全部园区上模拟过" in answer.content.decode()) == (409, True)
    tried(office, used, scheme)
    assert client_of_office.post(url, {"document": "官政发〔2026〕1号", "issued_on": "2026-10-01"}).status_code == 302
    assert client_of_office.post(reverse("rating:scheme-retire", args=[scheme.pk]), {}).status_code == 422


def test_scopes_are_set_and_ended_on_the_page(client_of_office, used):
    given = {"carrier": "land", "chain": "", "scheme_code": used.code, "on": "2026-01-01"}
    assert client_of_office.post(reverse("rating:scheme-scope"), given).status_code == 302
    assert client_of_office.post(reverse("rating:scheme-scope"), given).status_code == 409
    assert client_of_office.post(reverse("rating:scheme-scope"), {**given, "carrier": "air"}).status_code == 422
    scope = SchemeScope.objects.get()
    end = reverse("rating:scheme-scope-end", args=[scope.pk])
    assert client_of_office.post(end, {"on": "2025-01-01"}).status_code == 422
    assert client_of_office.post(end, {"on": "2026-10-01"}).status_code == 302
    assert "已终止" in client_of_office.get(reverse("rating:schemes")).content.decode()


def test_the_list_takes_as_many_queries_for_three_versions_as_for_one(client_of_office, office, used, django_assert_num_queries):
    client_of_office.get(reverse("rating:schemes"))
    with CaptureQueriesContext(connection) as one:
        client_of_office.get(reverse("rating:schemes"))
    for name in ("2026-a", "2026-b"):
        received(office, name)
    with django_assert_num_queries(len(one)):
        client_of_office.get(reverse("rating:schemes"))


def test_nobody_else_sees_the_pages(operator, leader, department_user, sign_in, used):
    for person in (operator, leader, department_user):
        client = sign_in(person)
        for address in ("rating:schemes", "rating:simulations"):
            assert client.get(reverse(address)).status_code == 403
        assert "评定方案</a>" not in client.get(reverse("rating:list")).content.decode()


def test_a_job_that_waits_is_not_doubled(office, used, scored_park):
    scheme = received(office)
    for _ in range(2):
        simulations.ask(before=used, after=scheme, period=Q3, by=office)
    assert Job.objects.filter(kind="rating.simulate", state="queued").count() == 1
