"""Evidence at a cell: added while the return is filled in, frozen when it is filed, carried on when it comes back."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.audit.actions import action
from guandu.audit.models import AuditEvent
from guandu.core.actors import CALENDAR
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.files import actions as files, storage
from guandu.files.models import Attachment, StoredFile
from targets.actions import evidence, mergers, returns
from targets.models import Evidence, EvidenceSeal, Return
from targets.queries.evidence import evidence_digest, evidence_is_whole, evidences_of
from tests.files.made import pdf
from tests.plugins.flush import without_guards
from tests.targets.factories import make_cast, make_operator, make_park, make_person
from tests.targets.papers import attach, file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder_of_this_test(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def sign_in(client):
    def sign_in(user):
        client.force_login(user, backend="guandu.accounts.backends.AccountBackend")
        return client

    return sign_in


def page(return_: Return) -> str:
    return reverse("targets:evidence", args=[return_.pk])


def download(row: Evidence) -> str:
    return reverse("files:download", args=[row.attachment_id])


def upload(name: str = "说明.pdf", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(b"(sent)") if data is None else data)


def shown(return_: Return, code: str = "REV") -> list[str]:
    return [row.attachment.name for row in evidences_of(return_.draft or return_.filed).at(code)]


# ---- the filer ----


@pytest.mark.feature("B28")
def test_the_filer_attaches_to_a_cell_and_everybody_who_sees_the_return_finds_it_there(cast, sign_in):
    return_ = cast.filled()
    sent = sign_in(cast.operator).post(page(return_), {"code": "REV", "file": upload("第二季度纳税证明.pdf")})
    assert sent.status_code == 302
    [row] = Evidence.objects.all()
    assert (row.version, row.indicator.code, row.attachment.added_name) == (
        return_.draft, "REV", cast.operator.name,
    )  # fmt: skip
    returns.file(return_=return_, by=cast.operator)
    for user in (cast.operator, cast.reviewer, cast.office):
        text = sign_in(user).get(reverse("targets:return", args=[return_.pk])).content.decode()
        line = text[text.index("营业收入") : text.index("主导产业营业收入")]
        assert f'href="{download(row)}"' in line
        assert "第二季度纳税证明.pdf" in line
        assert cast.operator.name in line


@pytest.mark.feature("B28")
def test_the_same_file_at_the_same_cell_is_one_and_at_two_cells_lies_once(cast, tmp_path):
    return_ = cast.filled()
    first, again = (attach(return_, cast.operator, name="a.pdf", text="same") for _ in range(2))
    assert first == again
    attach(return_, cast.operator, code="FIRMS", name="b.pdf", text="same")
    attach(return_, cast.operator, code="", name="c.pdf", text="same")
    attach(return_, cast.operator, code="", name="c.pdf", text="same")
    assert (Evidence.objects.count(), Attachment.objects.count(), StoredFile.objects.count()) == (3, 1, 1)
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 1


@pytest.mark.feature("B28")
def test_taking_away_is_recorded_and_leaves_what_another_cell_has(cast, sign_in):
    return_ = cast.filled()
    at_rev = attach(return_, cast.operator, text="same")
    at_firms = attach(return_, cast.operator, code="FIRMS", text="same")
    browser = sign_in(cast.operator)
    browser.post(reverse("targets:evidence-remove", args=[at_rev.pk]))
    assert [row.pk for row in Evidence.objects.all()] == [at_firms.pk]
    assert Attachment.objects.count() == 1
    browser.post(reverse("targets:evidence-remove", args=[at_firms.pk]))
    assert not Attachment.objects.exists()
    assert AuditEvent.objects.filter(verb="evidence.detach").count() == 2
    told = AuditEvent.objects.filter(verb="evidence.detach").order_by("seq").last()
    assert {change.object_type for change in told.changes.all()} == {"targets.evidence", "files.attachment"}


def test_what_somebody_else_took_away_first_is_a_word(cast):
    row = attach(cast.filled(), cast.operator)
    evidence.detach(evidence=row, by=cast.operator)
    with pytest.raises(Conflict, match="刷新"):
        evidence.detach(evidence=row, by=cast.operator)


@pytest.mark.feature("B28")
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"code": "REV"}, "请选择文件"),
        ({"code": "REV", "file": upload("报告.pdf", b"MZ" + b"\0" * 100)}, "不是 pdf"),
        ({"code": "REV", "file": upload("空.pdf", b"")}, "空的"),
        ({"code": "GDP", "file": upload()}, "从列表中选择"),
    ],
)
def test_what_is_refused_is_said_at_its_field_and_nothing_is_kept(cast, sign_in, sent, sentence):
    return_ = cast.filled()
    answer = sign_in(cast.operator).post(page(return_), sent)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text[text.index('class="field-error"') :]
    assert not StoredFile.objects.exists()
    assert not Evidence.objects.exists()


@pytest.mark.feature("B28")
def test_limits_of_one_file_and_of_one_return(cast, settings, sign_in):
    return_ = cast.filled()
    settings.FILES_MOST_ON_OWNER = 2
    attach(return_, cast.operator, name="a.pdf")
    attach(return_, cast.operator, name="b.pdf")
    with pytest.raises(NotReady, match="已有 2 个附件"):
        attach(return_, cast.operator, name="c.pdf")
    settings.FILES_MOST_ON_OWNER, settings.FILES_MOST_BYTES_ON_OWNER = 50, 1000
    answer = sign_in(cast.operator).post(page(return_), {"code": "", "file": upload("d.pdf", pdf(b"x" * 900))})
    assert answer.status_code == 409
    assert "合计将超过" in answer.content.decode()
    settings.FILES_MOST_BYTES = 100
    answer = sign_in(cast.operator).post(page(return_), {"code": "", "file": upload("d.pdf")})
    assert answer.status_code == 422
    assert Attachment.objects.count() == 2


def test_a_full_disk_is_a_sentence_on_the_page_and_leaves_no_row(cast, settings, sign_in, tmp_path):
    (tmp_path / "plain").write_text("a file")
    settings.FILES_DIR = tmp_path / "plain"
    answer = sign_in(cast.operator).post(page(cast.filled()), {"code": "", "file": upload()})
    assert answer.status_code == 503
    assert "存储空间不足" in answer.content.decode()
    assert not StoredFile.objects.exists()


# ---- locked ----


@pytest.mark.feature("B28")
@pytest.mark.parametrize("state", ["filed", "reviewed", "locked"])
def test_what_is_handed_in_gains_and_loses_nothing(cast, state):
    row = attach(cast.filled(), cast.operator)
    return_ = Return.objects.get()
    return_ = returns.file(return_=return_, by=cast.operator)
    if state != "filed":
        return_ = returns.review(return_=return_, by=cast.reviewer)
    if state == "locked":
        return_ = returns.confirm(return_=return_, by=cast.office)
    other = file("别的.pdf")
    for write in (
        lambda: evidence.attach(return_=return_, code="REV", file=other, by=cast.operator),
        lambda: evidence.detach(evidence=row, by=cast.operator),
        lambda: files.add(kind="return.evidence", owner=return_, file=other, by=cast.operator),
        lambda: files.remove(attachment=row.attachment, owner=return_, by=cast.operator),
    ):
        with pytest.raises(NotReady):
            write()
    assert (Evidence.objects.count(), Attachment.objects.count()) == (1, 1)


@pytest.mark.feature("B28")
def test_the_database_itself_keeps_the_evidence_of_a_filed_version(cast):
    row = attach(cast.filled(), cast.operator)
    return_ = returns.file(return_=Return.objects.get(), by=cast.operator)
    for write in (
        lambda: Evidence.objects.create(version=return_.filed, attachment=row.attachment),
        lambda: Evidence.objects.update(indicator=None),
        lambda: Evidence.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="locked evidence"), transaction.atomic():
            write()
    assert list(Evidence.objects.values_list("indicator__code", flat=True)) == ["REV"]


@pytest.mark.feature("B28")
def test_only_the_filer_of_this_park_attaches(cast):
    return_ = cast.filled()
    make_park("P2")
    for user in (cast.reviewer, cast.office, make_operator("P2")):
        with pytest.raises(NotAllowed):
            evidence.attach(return_=return_, code="REV", file=file(), by=user)
        with pytest.raises(NotAllowed):
            files.add(kind="return.evidence", owner=return_, file=file(), by=user)
    assert not Evidence.objects.exists()


def test_a_cell_of_another_sheet_is_refused(cast):
    with pytest.raises(Invalid, match="没有这项指标"):
        attach(cast.filled(), cast.operator, code="GDP")


# ---- versions ----


@pytest.mark.feature("B28")
def test_evidence_follows_into_the_next_version_and_each_version_keeps_its_own(cast):
    attach(cast.filled(), cast.operator, name="第一版.pdf")
    return_ = returns.file(return_=Return.objects.get(), by=cast.operator)
    first = return_.filed
    return_ = returns.send_back(return_=return_, comment="请补充", by=cast.reviewer)
    if not return_.draft.evidence.exists():
        evidence.carry_evidence(first, return_.draft)
    assert shown(return_) == ["第一版.pdf"]
    carried = return_.draft.evidence.get()
    evidence.detach(evidence=carried, by=cast.operator)
    attach(return_, cast.operator, name="第二版.pdf")
    return_ = returns.file(return_=return_, by=cast.operator)
    assert [row.attachment.name for row in evidences_of(first).at("REV")] == ["第一版.pdf"]
    assert shown(return_) == ["第二版.pdf"]
    assert Attachment.objects.count() == 2


@pytest.mark.feature("B28")
def test_the_seal_tells_whether_the_evidence_is_what_was_filed(cast):
    attach(cast.filled(), cast.operator)
    return_ = returns.file(return_=Return.objects.get(), by=cast.operator)
    before = evidence_digest(return_.filed)
    seal = EvidenceSeal.objects.filter(version=return_.filed).first() or _sealed(return_)
    assert (seal.count, seal.digest) == (1, before)
    assert evidence_is_whole(return_.filed)
    with pytest.raises(DatabaseError, match="evidence seal"), transaction.atomic():
        EvidenceSeal.objects.update(count=0)
    with without_guards():
        Evidence.objects.update(indicator=None)
    assert evidence_digest(return_.filed) != before
    assert not evidence_is_whole(return_.filed)


def _sealed(return_: Return) -> EvidenceSeal:
    @action("test.seal")
    def seal(*, by):
        return evidence.seal_evidence(return_.filed)

    return seal(by=CALENDAR)


def test_a_merger_takes_the_draft_back_with_its_evidence(cast):
    attach(cast.filled(), cast.operator)

    @action("test.take_back")
    def take_back(*, by):
        mergers.withdraw_drafts(park=cast.park, into=cast.park, on=date(2026, 1, 1))

    take_back(by=CALENDAR)
    assert not Return.objects.exists()
    assert not Attachment.objects.exists()
    told = AuditEvent.objects.get(verb="test.take_back").changes.values_list("object_type", flat=True)
    assert {"targets.evidence", "files.attachment"} <= set(told)


# ---- fetching ----


@pytest.mark.feature("B28", "A12")
def test_a_guessed_address_of_another_parks_file_leads_nowhere(cast, sign_in):
    row = attach(cast.filled(), cast.operator)
    make_park("P2", department="U-DEP2", street="U-ST2", chain="CUL")
    strangers = [
        make_operator("P2"),
        make_person("r2", RoleCode.DEPARTMENT, ScopeKind.DEPARTMENT, "U-DEP2"),
        make_person("e1", RoleCode.EXPERT, ScopeKind.PARK, "P1"),
        make_person("s1", RoleCode.SYSTEM_ADMIN, ScopeKind.DISTRICT),
    ]
    for user in strangers:
        assert sign_in(user).get(download(row)).status_code in {302, 404}, user
        assert not Attachment.objects.visible_to(user).exists()
    assert not AuditEvent.objects.filter(verb="attachment.fetch").exists()
    # What a draft has is the filer's; with the filing it is everybody's who sees the return.
    assert sign_in(cast.operator).get(download(row)).status_code == 200
    assert sign_in(cast.reviewer).get(download(row)).status_code == 404
    returns.file(return_=Return.objects.get(), by=cast.operator)
    assert sign_in(cast.reviewer).get(download(row)).status_code == 200
    assert sign_in(strangers[0]).get(download(row)).status_code == 404


@pytest.mark.feature("B28")
def test_a_file_comes_as_a_file_and_is_never_run(cast, sign_in):
    row = attach(cast.filled(), cast.operator, name="纳税 证明\"<b>.pdf")
    answer = sign_in(cast.operator).get(download(row))
    assert b"".join(answer.streaming_content) == pdf(b'(\xe7\xba\xb3\xe7\xa8\x8e \xe8\xaf\x81\xe6\x98\x8e"<b>.pdf)')
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%E7%BA%B3%E7%A8%8E%20%E8%AF%81%E6%98%8E%22%3Cb%3E.pdf"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
    )
    assert "no-store" in answer["Cache-Control"]
    event = AuditEvent.objects.get(verb="attachment.fetch")
    assert event.actor_key == cast.operator.actor_key
    assert row.attachment.name in event.reason


def test_a_file_that_is_lost_is_a_sentence_and_no_record_of_a_fetch(cast, sign_in):
    row = attach(cast.filled(), cast.operator)
    storage.path_of(row.attachment.file.digest).unlink()
    answer = sign_in(cast.operator).get(download(row))
    assert answer.status_code == 503
    assert "找不到或已损坏" in answer.content.decode()
    assert not AuditEvent.objects.filter(verb="attachment.fetch").exists()


# ---- pages ----


@pytest.mark.parametrize("route", ["targets:evidence", "targets:return"])
def test_one_file_and_three_cost_the_same_queries(cast, sign_in, django_assert_num_queries, route):
    return_ = cast.filled()
    attach(return_, cast.operator, name="0.pdf")
    browser, address = sign_in(cast.operator), reverse(route, args=[return_.pk])
    browser.get(address)
    with CaptureQueriesContext(connection) as one:
        browser.get(address)
    for number, code in ((1, "REV"), (2, "FIRMS")):
        attach(return_, cast.operator, code=code, name=f"{number}.pdf")
    with django_assert_num_queries(len(one)):
        text = browser.get(address).content.decode()
    assert all(f"{number}.pdf" in text for number in range(3))


def test_who_only_reads_has_no_form(cast, sign_in):
    return_ = cast.filled()
    assert "data-file-form" in sign_in(cast.operator).get(page(return_)).content.decode()
    returns.file(return_=return_, by=cast.operator)
    for user in (cast.operator, cast.reviewer, cast.office):
        assert "data-file-form" not in sign_in(user).get(page(return_)).content.decode()
