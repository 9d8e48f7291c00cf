"""公文: made from a publication and bound to it, sent round, up, signed, issued."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from guandu.audit import anchors
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from guandu.documents.docx import write_docx
from guandu.documents.pdf import write_pdf
from guandu.documents.reader import text_lines
from guandu.files.inspection import check
from guandu.files.kinds import PDF
from guandu.files.models import Attachment
from guandu.notices.models import Message
from parks.models import Park
from targets.actions import document_templates, documents
from targets.enums_document import DocumentState
from targets.enums_plan import LightState
from targets.models import DocumentOpinion, OfficialDocument
from targets.papers.wordings import WORDINGS, say
from targets.queries.document_papers import MOVED, make_paper
from targets.queries.documents import next_choices, paper_of
from tests.factories import make_figure, make_unit, make_user
from tests.targets.documented import NUMBER, asked, choose, draft, final_file, issued, scan, signed
from tests.targets.lit import behind, make_light
from tests.targets.plans import make_plan, make_result, make_target
from tests.targets.published import ISSUED, issue, make_district, move, revise

pytestmark = [pytest.mark.django_db, pytest.mark.feature("G9")]


@pytest.fixture(autouse=True)
def a_day_after_the_quarter(monkeypatch):
    monkeypatch.setattr(clock, "demo_date", lambda: ISSUED)


@pytest.fixture
def district(db):
    return make_district()


@pytest.fixture
def publication(district, office):
    return issue(office)


def texts(document: OfficialDocument) -> str:
    return "\n".join(paper_of(document).texts())


# --- Bound to a publication -----------------------------------------------------------------------


def test_its_numbers_are_those_of_the_publication_and_not_todays(district, publication, office):
    move(district[1][0], 99999)
    document = draft(publication, office)
    assert "营业收入 30.75 万元" in texts(document)
    assert str(publication) in texts(document)
    assert publication.check_code in texts(document)


def test_made_again_it_is_the_same_text_and_the_same_bytes(district, publication, office):
    document = draft(publication, office)
    before, data = texts(document), write_docx(paper_of(document))
    move(district[1][0], 99999)
    fresh = OfficialDocument.objects.get()
    assert texts(fresh) == before
    assert write_docx(paper_of(fresh)) == data
    again = draft(publication, office)
    assert [line for line in texts(again).split("\n") if "审计链头" not in line] == [
        line for line in before.split("\n") if "审计链头" not in line
    ]


def test_a_park_called_a_and_b_stands_whole_in_the_paper(district, office):
    Park.objects.filter(code="P1").update(name="A&B<C> 园区")
    publication = issue(office)
    document = draft(publication, office, "briefing", scope_name="A&B<C> 园区")
    assert document.title == "关于A&B<C> 园区2026年第三季度情况的汇报"
    kept = Attachment.objects.of("plan.document", document).get()
    assert kept.name.endswith(".docx")
    pdf = check(write_pdf(paper_of(document)), "稿.pdf", (PDF,))
    assert "A&B<C>园区" in re.sub(r"\s", "", "".join(text_lines(pdf)))


def test_nothing_is_made_of_a_publication_that_has_been_revised(district, publication, office):
    move(district[1][0], 2100)
    revise(publication, office)
    with pytest.raises(NotReady, match="新的修订"):
        draft(publication, office)


def test_nothing_is_made_of_what_was_taken_for_a_rating(district, office):
    with pytest.raises(NotReady, match="已发布"):
        draft(issue(office, kind="rating"), office)


def test_a_target_whose_number_has_moved_since_carries_none(district, publication, office):
    target = make_target(make_plan(), "T01", "新增园区10个")
    make_result(target, "met", "12", parts=[_part(district[1][0].pk)])
    assert make_paper(choose(publication), office).moved == 0
    assert "待补或待核对数据 0 项" in texts(draft(publication, office))
    move(district[1][0], 2100)
    made = make_paper(choose(publication), office)
    assert made.moved == 1
    assert MOVED in list(made.paper.texts())
    assert "待补或待核对数据 1 项" in "\n".join(made.paper.texts())


def _part(figure: int) -> dict:
    return {"figure": figure, "scope": "P1", "name": "演示园区1", "value": "12", "ok": None}


@pytest.mark.feature("D12")
def test_red_lights_stand_in_it_once_they_are_released(publication, office, department):
    target = behind(make_target(make_plan(), "T07", "新增市级园区8个"), department)
    light = make_light(target, LightState.ANSWERED)
    before = texts(draft(publication, office))
    assert "项目审批滞后" not in before
    assert "另有 1 项情况正在核实" in before
    assert "核实中" in before
    light.state, light.released_by, light.released_at = LightState.RELEASED, "李四", clock.now()
    light.save()
    after = texts(draft(publication, office))
    assert "T07 新增市级园区8个" in after
    assert "情况说明：项目审批滞后" in after
    assert "核实中" not in after.split("注：")[0]


@pytest.mark.feature("D12")
def test_a_red_target_without_a_narrative_is_said_to_have_none(publication, office, department):
    target = behind(make_target(make_plan(), "T07", "新增市级园区8个"), department)
    make_light(target, LightState.RELEASED, answer="", answer_kind="")
    assert "牵头单位逾期未作说明" in texts(draft(publication, office))


@pytest.mark.feature("X3")
def test_the_head_of_the_trail_is_printed_and_is_that_of_the_days_seal(publication, office):
    line = anchors.write()
    document = draft(publication, office)
    assert (document.trail_seq, document.trail_hash) == (line.seq, line.hash)
    assert f"第 {line.seq} 条" in texts(document)
    assert line.hash in texts(document)
    sealed = next(each for each in anchors.trusted(anchors.lines()) if each.seq == document.trail_seq)
    assert sealed.hash == AuditEvent.objects.get(seq=line.seq).hash == document.trail_hash


@pytest.mark.feature("X3")
def test_the_archive_is_told_of_what_is_issued_and_of_the_head_that_it_prints(publication, office, audit_admin):
    line = anchors.write()
    document = issued(signed(draft(publication, office), office), office)
    [message] = Message.objects.filter(kind="document")
    assert (message.recipient, message.title) == (audit_admin, f"公文归档：{document.title}")
    for words in (document.number, document.issued_digest, f"第 {line.seq} 条 {line.hash}"):
        assert words in message.text


def test_a_closing_needs_a_plan_and_says_what_is_met(publication, office, department):
    with pytest.raises(NotReady, match="行动计划"):
        draft(publication, office, "closing")
    plan = make_plan()
    make_result(make_target(plan, "T01", "新增园区10个"), "met", "12")
    behind(make_target(plan, "T02", "新增二"), department)
    make_target(plan, "T03", "没有数据的")
    said = texts(draft(publication, office, "closing"))
    assert "计划共 3 项目标，完成 1 项，未完成 1 项，数据不全、不能判定 1 项" in said
    assert "50.0%（1/2）" in said


def test_the_same_choice_on_the_next_quarter(district, publication, office, monkeypatch):
    document = draft(publication, office)
    assert next_choices(document) is None
    make_figure(district[0], "2026", value="44.00", numerator=4400)
    monkeypatch.setattr(clock, "demo_date", lambda: date(2027, 1, 20))
    following = issue(office, Period.parse("2026Q4"))
    choices = next_choices(document)
    assert choices == replace(choose(publication), publication=following)
    assert "2026年第四季度" in documents.make(choices=choices, by=office).title


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "letter"}, "kind"),
        ({"sections": ("aims",)}, "sections"),
        ({"sections": ()}, "sections"),
        ({"rankings": ("moon",)}, "rankings"),
        ({"scope_code": "P1"}, "scope"),
    ],
)
def test_a_wrong_choice_is_refused_at_its_field(publication, office, more, field):
    with pytest.raises(Invalid) as refused:
        documents.make(choices=replace(choose(publication), **more), by=office)
    assert [name for name, _ in refused.value.errors] == [field]


# --- Round, up, signed, issued --------------------------------------------------------------------


def test_from_the_draft_to_what_is_issued(publication, office, department_user, leader):
    document = draft(publication, office)
    document = asked(document, office, department_user.unit)
    assert paper_of(document).mark == "征求意见稿"
    with pytest.raises(NotReady, match="尚未答复"):
        documents.send_up(document=document, by=office)
    documents.opine(document=document, agrees=False, text="第二段请补充原因", by=department_user)
    document = documents.send_up(document=document, by=office)
    assert paper_of(document).mark == "送审稿"
    document = documents.sign(
        document=document, signer="王区长", signed_on=clock.today(), file=scan(), by=leader
    )
    document = issued(document, office)
    assert (document.state, document.number, document.differences) == (DocumentState.ISSUED, NUMBER, [])
    assert paper_of(document).mark == ""
    assert [move.verb for move in document.moves.all()] == ["make", "ask", "send_up", "sign", "issue"]
    assert Attachment.objects.of("plan.document", document).count() == 3


def test_numbers_that_differ_from_the_draft_are_listed(publication, office):
    document = signed(draft(publication, office), office)
    document = issued(document, office, final_file(document, texts={"营业收入 30.75": "营业收入 31.75"}))
    assert [(each["draft"], each["issued"]) for each in document.differences] == [("30.75", "31.75")]
    assert "营业收入" in document.differences[0]["around"]


def test_an_issued_pdf_is_read_as_well(publication, office):
    document = signed(draft(publication, office), office)
    file = check(write_pdf(paper_of(document)), "印发.pdf", (PDF,))
    assert issued(document, office, file).differences == []


def test_the_file_of_another_quarter_is_refused(publication, office):
    document = signed(draft(publication, office), office)
    file = final_file(document, texts={"2026年第三季度": "2026年第二季度"})
    with pytest.raises(Invalid, match="是2026年第二季度的.*是2026年第三季度的"):
        issued(document, office, file)
    with pytest.raises(Invalid, match="没有写明"):
        issued(document, office, final_file(document, texts={"2026年第三季度": "本季度"}))
    assert OfficialDocument.objects.get().state == DocumentState.SIGNED


@pytest.mark.parametrize("number", ["", "12号", "官园办[2026]12号", "官园办〔2026〕十二号"])
def test_a_document_number_is_asked_for_in_its_form(publication, office, number):
    document = signed(draft(publication, office), office)
    with pytest.raises(Invalid):
        issued(document, office, number=number)


def test_a_number_is_given_once(publication, office):
    issued(signed(draft(publication, office), office), office)
    with pytest.raises(Invalid, match="已用于另一份"):
        issued(signed(draft(publication, office), office), office)


def test_silence_past_the_term_holds_nothing_up(publication, office, department_user, monkeypatch):
    document = asked(draft(publication, office), office, department_user.unit)
    monkeypatch.setattr(clock, "demo_date", lambda: ISSUED + timedelta(days=1))
    assert documents.send_up(document=document, by=office).state == DocumentState.SENT_UP


def test_asked_anew_an_opinion_is_given_anew(publication, office, department_user):
    document = asked(draft(publication, office), office, department_user.unit)
    documents.opine(document=document, agrees=True, by=department_user)
    document = documents.send_back(document=document, comment="补充", by=office)
    asked(document, office, department_user.unit)
    assert DocumentOpinion.objects.get().given_at is None


@pytest.mark.parametrize("verb", ["ask", "send_up", "sign", "issue", "send_back", "drop"])
def test_no_step_is_taken_out_of_its_turn(publication, office, verb):
    document = issued(signed(draft(publication, office), office), office)
    more = {
        "ask": {"units": [], "due_on": None}, "sign": {"signer": "", "signed_on": None, "file": None}, "send_up": {},
        "issue": {"number": "", "issued_on": None, "file": None, "lines": []}, "send_back": {"comment": "a"},
        "drop": {"comment": "a"},
    }[verb]  # fmt: skip
    with pytest.raises(Conflict, match="现为“印发”"):
        getattr(documents, verb)(document=document, by=office, **more)


def test_two_people_do_not_move_one_document_at_once(publication, office):
    document = draft(publication, office)
    documents.send_up(document=document, seen=1, by=office)
    with pytest.raises(Conflict, match="刷新"):
        documents.send_back(document=document, comment="改", seen=1, by=office)


def test_a_signature_needs_who_when_and_a_scan(publication, office):
    document = documents.send_up(document=draft(publication, office), by=office)
    with pytest.raises(Invalid, match="签批人"):
        documents.sign(document=document, signer="", signed_on=clock.today(), file=scan(), by=office)
    with pytest.raises(Invalid) as refused:
        documents.sign(
            document=document, signer="王", signed_on=clock.today() + timedelta(days=1), file=None, by=office
        )
    assert {name for name, _ in refused.value.errors} == {"signed_on", "file"}


# --- Who reads and who acts -----------------------------------------------------------------------


def test_who_reads_what_at_each_step(publication, office, department_user, leader, operator):
    document = draft(publication, office)

    def readers():
        people = {"office": office, "department": department_user, "leader": leader, "operator": operator}
        return {name for name, user in people.items() if OfficialDocument.objects.visible_to(user).exists()}

    assert readers() == {"office"}
    document = asked(document, office, department_user.unit)
    assert readers() == {"office", "department"}
    documents.opine(document=document, agrees=True, by=department_user)
    document = signed(document, office)
    assert readers() == {"office", "department", "leader"}
    OfficialDocument.objects.update(opinions_due=None)
    DocumentOpinion.objects.all().delete()
    assert readers() == {"office", "leader"}
    issued(document, office)
    assert readers() == {"office", "department", "leader"}


def test_a_briefing_is_for_leaders_and_one_of_a_chain_for_its_leader(
    publication, office, department_user, leader, liaison
):
    document = signed(draft(publication, office, "briefing"), office)
    document = issued(document, office)
    assert OfficialDocument.objects.visible_to(leader).exists()
    assert not OfficialDocument.objects.visible_to(department_user).exists()
    of_chain = make_user(
        "liaison", scope=Park.objects.get(code="P1").placements.get().chain, username="chain-liaison"
    )
    assert not OfficialDocument.objects.visible_to(of_chain).exists()
    assert OfficialDocument.objects.visible_to(liaison).exists()


def test_others_are_refused(publication, office, department_user, operator, leader):
    document = draft(publication, office)
    for user in (department_user, operator, leader):
        with pytest.raises(NotAllowed):
            draft(publication, user)
        with pytest.raises(NotAllowed):
            documents.drop(document=document, comment="a", by=user)
    document = asked(document, office, make_unit(code="dept-other"))
    with pytest.raises(NotAllowed):
        documents.opine(document=document, agrees=True, by=department_user)


# --- Standing sentences ---------------------------------------------------------------------------


def test_the_security_administrator_puts_other_words_in_place(publication, office, security_admin):
    row = document_templates.edit(
        key="bulletin.closing", text="请 A&B 等单位抓好落实，5 > 3。", by=security_admin
    )
    assert "请 A&B 等单位抓好落实，5 > 3。" in texts(draft(publication, office))
    with pytest.raises(Conflict):
        document_templates.edit(key="bulletin.closing", text="另一句。", seen=0, by=security_admin)
    document_templates.edit(key="bulletin.closing", text="另一句。", seen=row.version, by=security_admin)
    document_templates.restore(key="bulletin.closing", by=security_admin)
    assert WORDINGS["bulletin.closing"].text in texts(draft(publication, office))
    with pytest.raises(NotReady):
        document_templates.restore(key="bulletin.closing", by=security_admin)


@pytest.mark.parametrize(
    "hostile", ["{{ ''.__class__ }}", "{% import os %}", "{{rate|attr('x')}}", "<w:p/>", "", "字" * 601]
)
def test_a_hostile_template_is_refused_with_a_sentence(security_admin, hostile):
    with pytest.raises(Invalid):
        document_templates.edit(key="bulletin.filing", text=hostile, by=security_admin)


def test_nobody_else_edits_them(office, leader):
    for user in (office, leader):
        with pytest.raises(NotAllowed):
            document_templates.edit(key="bulletin.closing", text="a", by=user)
    with pytest.raises(NotAllowed):
        document_templates.restore(key="bulletin.closing", by=office)


def test_every_sentence_of_the_repository_fills_its_own_places():
    for wording in WORDINGS.values():
        assert "{{" not in say(wording.key, dict.fromkeys(wording.places, "1"), {})
