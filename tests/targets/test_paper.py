"""Paper: the printed sheet with its 校验码, the scan that must be of this very version, the second person."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.audit.models import AuditEvent
from guandu.core.errors import Invalid, NotAllowed, NotReady
from targets.actions import corrections, paper, returns
from targets.check_codes import SIGNS, check_code, grouped, typed_code
from targets.models import PrintedSheet, Return, SignedSheet
from targets.queries.paper import code_of, missing_paper, paper_sign_off
from tests.files.made import pdf
from tests.targets.factories import make_cast, make_office, make_operator, make_park
from tests.targets.papers import SIGNED_ON, attach, file, record

pytestmark = pytest.mark.django_db
NAMES = {"preparer_name": "李填报", "reviewer_name": "周审核", "head_name": "欧阳负责"}


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


def url(return_: Return, name: str = "return-print") -> str:
    return reverse(f"targets:{name}", args=[return_.pk])


def sealed(cast) -> None:
    """The template asks for the seal."""
    type(cast.template).objects.filter(pk=cast.template.pk).update(needs_scan=True)
    cast.template.refresh_from_db()


def fresh(return_: Return) -> Return:
    return Return.objects.select_related("cycle__template", "filed", "draft").get(pk=return_.pk)


def second_version(cast, first: Return) -> Return:
    """The same numbers, filed again."""
    back = returns.send_back(return_=first, comment="请加盖公章", by=cast.reviewer)
    return returns.file(return_=back, by=cast.operator)


# ---- 校验码 ----


def test_a_code_has_eight_signs_that_nobody_confuses():
    assert len(set(SIGNS)) == 32
    assert not set("0O1I") & set(SIGNS)
    assert check_code("0" * 64) == "2" * 8
    assert check_code("f" * 64) == "Z" * 8
    # 00000 00001 … 00111: one sign for each five bits
    assert check_code(f"{0b0000000001000100001100100001010011000111:010x}" + "0" * 54) == SIGNS[:8]
    assert grouped("ABCDEFGH") == "ABCD-EFGH"
    assert typed_code(" ａbcd－ef gh ") == "ABCDEFGH"


@pytest.mark.feature("B30")
def test_two_versions_with_the_same_numbers_have_different_codes(cast):
    first = cast.filed()
    code = code_of(first.filed)
    second = second_version(cast, first)
    assert code_of(second.filed) != code
    assert code_of(fresh(second).filed) == check_code(second.filed.digest)


# ---- the printed sheet ----


@pytest.mark.feature("B30")
def test_the_sheet_shows_values_version_and_code(cast, sign_in):
    return_ = cast.filed(REV="12345678901.23")
    attach_names = sign_in(cast.operator).post(url(return_), NAMES)
    assert attach_names.status_code == 302
    text = sign_in(cast.operator).get(url(return_)).content.decode()
    wanted = [
        "12,345,678,901.23", "万元", "营业收入", "第 1 版", grouped(code_of(return_.filed)), "2026年上半年", cast.park.name,
        "工作调度用，不作为统计数据对外发布", "内部资料", "单位公章", cast.operator.name, "未填报", *NAMES.values(),
    ]  # fmt: skip
    sheet = text[text.index("paper-sheet") :]
    assert [each for each in wanted if each not in sheet] == []


@pytest.mark.feature("B30")
def test_the_names_are_asked_for_and_kept_with_the_version(cast, sign_in):
    return_ = cast.filed()
    browser = sign_in(cast.operator)
    refused = browser.post(url(return_), NAMES | {"head_name": " "})
    assert refused.status_code == 422
    assert "请填写负责人姓名" in refused.content.decode()
    assert not PrintedSheet.objects.exists()
    browser.post(url(return_), NAMES)
    browser.post(url(return_), NAMES | {"head_name": "新负责人"})
    [sheet] = PrintedSheet.objects.all()
    assert (sheet.version, sheet.head_name, sheet.printed_by) == (return_.filed, "新负责人", cast.operator.name)
    assert AuditEvent.objects.filter(verb="paper.print").count() == 2
    # The next version is another sheet.
    second = second_version(cast, fresh(return_))
    assert "新负责人" not in browser.get(url(second)).content.decode()


@pytest.mark.parametrize("state", ["draft", "sent_back"])
def test_nothing_is_printed_for_the_seal_before_it_is_filed(cast, sign_in, state):
    return_ = cast.at(state)
    for answer in (sign_in(cast.operator).get(url(return_)), sign_in(cast.operator).post(url(return_), NAMES)):
        assert answer.status_code == 409
        assert "还没有报送" in answer.content.decode()


def test_who_only_reads_prints_without_writing_names(cast, sign_in):
    return_ = cast.filed()
    assert "印上姓名" not in sign_in(cast.reviewer).get(url(return_)).content.decode()
    assert sign_in(cast.reviewer).post(url(return_), NAMES).status_code == 403
    with pytest.raises(NotAllowed):
        paper.name_signers(return_=return_, **NAMES, by=cast.reviewer)


# ---- the scan ----


@pytest.mark.feature("B30")
def test_a_template_that_asks_for_the_seal_misses_it_until_a_second_person_has_compared_it(cast):
    sealed(cast)
    return_ = fresh(cast.filed())
    assert missing_paper(return_) == ("第 1 版的签字盖章扫描件还没有上传",)
    sheet = record(return_, cast.operator)
    assert missing_paper(return_) == (f"第 1 版的签字盖章扫描件由{cast.operator.name}上传，待他人核对",)
    assert paper_sign_off(return_, "file") is None
    paper.confirm_scan(sheet=sheet, by=cast.reviewer)
    assert missing_paper(return_) == ()
    assert paper_sign_off(return_, "file") == sheet


def test_a_template_that_asks_for_none_misses_nothing(cast):
    assert missing_paper(fresh(cast.filed())) == ()
    sealed(cast)
    assert missing_paper(fresh(cast.draft("2026Q1"))) == ()


@pytest.mark.feature("B30")
def test_the_scan_of_the_first_version_does_not_do_for_the_second(cast):
    sealed(cast)
    first = fresh(cast.filed())
    old = code_of(first.filed)
    paper.confirm_scan(sheet=record(first, cast.operator), by=cast.reviewer)
    second = fresh(second_version(cast, first))
    assert missing_paper(second) == ("第 2 版的签字盖章扫描件还没有上传",)
    assert paper_sign_off(second, "file") is None
    with pytest.raises(Invalid) as refused:
        record(second, cast.operator, code=old)
    assert refused.value.errors == (("code", "这是第 1 版的校验码，现在要的是第 2 版。请重新打印第 2 版签字。"),)
    record(second, cast.operator)


@pytest.mark.feature("B30")
@pytest.mark.parametrize(("typed", "sentence"), [("ABCD-EFGH", "与第 1 版不一致"), ("ABC", "8 个字母和数字")])
def test_a_wrong_code_is_refused_at_its_field_and_no_file_is_kept(cast, sign_in, typed, sentence):
    return_ = cast.filed()
    scan = SimpleUploadedFile("扫描.pdf", pdf())
    sent = {"step": "file", "signer_name": "王主任", "signed_on": SIGNED_ON, "code": typed, "file": scan}
    answer = sign_in(cast.operator).post(url(return_, "return-paper"), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not SignedSheet.objects.exists()


@pytest.mark.feature("B30", "B25")
def test_who_recorded_it_never_compares_it(cast):
    return_ = cast.filed()
    sheet = record(return_, cast.office, step="review")
    for settle in (
        lambda: paper.confirm_scan(sheet=sheet, by=cast.office),
        lambda: paper.refuse_scan(sheet=sheet, reason="不清楚", by=cast.office),
    ):
        with pytest.raises(NotAllowed, match="由您录入"):
            settle()
    for stranger in (cast.operator, make_operator("P2")):
        with pytest.raises(NotAllowed, match="核对签字扫描件的权限"):
            paper.confirm_scan(sheet=sheet, by=stranger)
    with pytest.raises(DatabaseError), transaction.atomic():
        SignedSheet.objects.update(state="checked", checked_by=cast.office.actor_key, checked_at=sheet.recorded_at)
    sheet.refresh_from_db()
    assert sheet.state == "waiting"


@pytest.mark.feature("B30")
def test_a_signature_on_paper_stands_for_its_step_once_a_second_clerk_has_compared_it(cast, sign_in):
    return_ = fresh(cast.filed())
    sheet = record(return_, cast.office, step="review")
    second = make_office("office-2")
    assert paper_sign_off(return_, "review") is None
    paper.confirm_scan(sheet=sheet, by=second)
    found = paper_sign_off(return_, "review")
    assert (found, found.signer_name) == (sheet, "王主任")
    assert paper_sign_off(return_, "confirm") is None
    words = f"线下签批，由{cast.office.name}录入，{second.name}核对"
    assert found.in_words == words
    assert words in sign_in(cast.operator).get(reverse("targets:return", args=[return_.pk])).content.decode()


@pytest.mark.feature("B30")
def test_the_review_passes_by_paper_only_with_a_checked_scan_and_says_so(cast, sign_in):
    return_ = fresh(cast.filed())
    sheet = record(return_, cast.office, step="review")
    with pytest.raises(NotReady):
        returns.sign_off(return_=return_, by=cast.office)
    paper.confirm_scan(sheet=sheet, by=make_office("office-2"))
    with pytest.raises(NotAllowed):
        returns.sign_off(return_=return_, by=cast.reviewer)
    assert "按线下签批通过审核" in sign_in(cast.office).get(url(return_, "return")).content.decode()
    moved = returns.sign_off(return_=return_, by=cast.office)
    assert (moved.state, moved.moves.last().comment) == ("reviewed", sheet.__class__.objects.get().in_words)
    assert returns.confirm(return_=moved, by=cast.office).state == "locked"


@pytest.mark.feature("B30")
def test_what_needs_the_seal_is_not_confirmed_without_a_compared_scan(cast):
    sealed(cast)
    return_ = cast.reviewed()
    with pytest.raises(NotReady, match="扫描件还没有上传"):
        returns.confirm(return_=return_, by=cast.office)
    paper.confirm_scan(sheet=record(fresh(return_), cast.operator), by=cast.reviewer)
    assert returns.confirm(return_=return_, by=cast.office).state == "locked"


@pytest.mark.feature("B28")
def test_evidence_follows_a_correction_and_only_at_its_cells(cast):
    return_ = cast.filled()
    attach(return_, cast.operator)
    return_ = returns.review(return_=returns.file(return_=return_, by=cast.operator), by=cast.reviewer)
    return_ = returns.confirm(return_=return_, by=cast.office)
    opened = corrections.open_(return_=return_, codes=["FIRMS"], reason="漏一户", by=cast.office)
    assert opened.draft.evidence.count() == 1
    with pytest.raises(Invalid, match="不在本次数据订正之内"):
        attach(opened, cast.operator, text="又一份")
    attach(opened, cast.operator, code="FIRMS", text="名册")
    corrections.withdraw(return_=opened, reason="原数无误", by=cast.office)
    assert fresh(opened).approved.evidence.count() == 1


def test_a_step_is_recorded_by_the_office_alone_and_only_one_of_the_route(cast):
    return_ = cast.filed()
    with pytest.raises(NotAllowed, match="录入线下签批"):
        record(return_, cast.operator, step="review")
    cast.template.route = [{"step": "confirm", "label": "核定", "by": "园区发展办"}]
    cast.template.save()
    with pytest.raises(Invalid, match="没有这一步"):
        record(fresh(return_), cast.office, step="review")
    with pytest.raises(Invalid, match="用途"):
        record(fresh(return_), cast.office, step="seal")


def test_one_scan_waits_or_counts_and_a_refused_one_makes_room(cast):
    return_ = cast.filed()
    sheet = record(return_, cast.operator)
    with pytest.raises(NotReady, match="已有扫描件"):
        record(return_, cast.office)
    with pytest.raises(Invalid, match="退回原因"):
        paper.refuse_scan(sheet=sheet, reason=" ", by=cast.reviewer)
    refused = paper.refuse_scan(sheet=sheet, reason="公章不清", by=cast.reviewer)
    assert (refused.state, refused.refused_because) == ("refused", "公章不清")
    with pytest.raises(NotReady, match="已退回"):
        paper.confirm_scan(sheet=sheet, by=cast.reviewer)
    record(return_, cast.operator, name="重扫.pdf")
    assert SignedSheet.objects.count() == 2


def test_a_scan_of_a_version_that_is_no_longer_under_review_is_not_compared(cast):
    return_ = fresh(cast.filed())
    sheet = record(return_, cast.operator)
    returns.send_back(return_=return_, comment="改数", by=cast.reviewer)
    with pytest.raises(NotReady, match="已不是这一版"):
        paper.confirm_scan(sheet=sheet, by=cast.office)


def test_a_date_to_come_and_a_workbook_are_refused(cast):
    return_ = cast.filed()
    with pytest.raises(Invalid, match="不能晚于今天"):
        paper.record(
            return_=return_, step="file", signer_name="王", signed_on=date(2099, 1, 1), code=code_of(return_.filed),
            file=file("a.pdf"), by=cast.operator,
        )  # fmt: skip
    for user in (cast.reviewer, make_operator("P2")):
        with pytest.raises(NotAllowed, match="登记这张报表签字扫描件"):
            record(return_, user)


@pytest.mark.feature("B30")
def test_what_is_recorded_on_paper_is_not_altered_by_anybody(cast):
    return_ = cast.filed()
    sheet = record(return_, cast.operator)
    for write in (
        lambda: SignedSheet.objects.update(signer_name="别人"),
        lambda: SignedSheet.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="signed sheet"), transaction.atomic():
            write()
    paper.confirm_scan(sheet=sheet, by=cast.reviewer)
    with pytest.raises(DatabaseError, match="signed sheet"), transaction.atomic():
        SignedSheet.objects.update(refused_because="x")
    draft = cast.draft("2026Q1").draft
    with pytest.raises(DatabaseError, match="signed sheet of a draft"), transaction.atomic():
        SignedSheet.objects.filter(pk=sheet.pk).first().__class__.objects.create(
            version=draft, step="file", signer_name="王", signed_on=SIGNED_ON, check_code="A", scan=sheet.scan,
            recorded_by="x", recorded_name="x", recorded_at=sheet.recorded_at,
        )  # fmt: skip


# ---- pages ----


@pytest.mark.feature("B30")
def test_from_the_page_of_the_filer_to_that_of_the_second_person(cast, sign_in):
    sealed(cast)
    return_ = cast.filed()
    address = url(return_, "return-paper")
    scan = SimpleUploadedFile("扫描.pdf", pdf())
    code = grouped(code_of(return_.filed)).lower()
    sent = {"step": "file", "signer_name": "王主任", "signed_on": SIGNED_ON, "code": code, "file": scan}
    assert sign_in(cast.operator).post(address, sent).status_code == 302
    sheet = SignedSheet.objects.get()
    own = sign_in(cast.operator).get(address).content.decode()
    assert "待核对" in own
    assert "核对一致" not in own
    browser = sign_in(cast.reviewer)
    assert "核对一致" in browser.get(address).content.decode()
    refused = browser.post(reverse("targets:paper-refuse", args=[sheet.pk]), {"reason": ""})
    assert refused.status_code == 422
    assert "请写明退回原因" in refused.content.decode()
    assert browser.get(reverse("files:download", args=[sheet.scan_id])).status_code == 200
    assert browser.post(reverse("targets:paper-check", args=[sheet.pk])).status_code == 302
    sheet.refresh_from_db()
    assert (sheet.state, sheet.checked_name) == ("checked", cast.reviewer.name)
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"paper.record", "paper.check", "attachment.fetch"} <= verbs


def test_another_parks_paper_does_not_exist(cast, sign_in):
    return_ = cast.filed()
    sheet = record(return_, cast.operator)
    make_park("P2", department="U-DEP2", street="U-ST2", chain="CUL")
    browser = sign_in(make_operator("P2"))
    for name, key in (
        ("return-print", return_.pk), ("return-paper", return_.pk), ("evidence", return_.pk),
    ):  # fmt: skip
        assert browser.get(reverse(f"targets:{name}", args=[key])).status_code == 404
    for name in ("paper-check", "paper-refuse"):
        assert browser.post(reverse(f"targets:{name}", args=[sheet.pk])).status_code == 404
    assert browser.get(reverse("files:download", args=[sheet.scan_id])).status_code == 404


def test_one_scan_and_three_cost_the_same_queries(cast, sign_in, django_assert_num_queries):
    return_ = cast.filed()
    record(return_, cast.operator)
    browser, address = sign_in(cast.reviewer), url(return_, "return-paper")
    browser.get(address)
    with CaptureQueriesContext(connection) as one:
        browser.get(address)
    record(return_, cast.office, step="review", name="2.pdf")
    record(return_, cast.office, step="confirm", name="3.pdf")
    with django_assert_num_queries(len(one)):
        text = browser.get(address).content.decode()
    assert text.count("核对一致") == 3


def test_a_sheet_with_evidence_says_how_much(cast, sign_in):
    attach(cast.filled(), cast.operator)
    return_ = returns.file(return_=Return.objects.get(), by=cast.operator)
    assert "随表附佐证材料 1 份" in sign_in(cast.office).get(url(return_)).content.decode()
