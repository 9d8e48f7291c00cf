"""The workflow of a return as a machine: every act by every person in any order, against a small oracle
that knows states, numbers and 核定值 and nothing of the code."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from guandu.audit import trail
from guandu.core.digests import digest
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.files.inspection import Checked
from guandu.files.kinds import XLSX
from targets.actions import bulk, closing, corrections, exemptions, extensions, opinions, returns, workbooks
from targets.actions.returns import version_digest
from targets.models import CertifiedValue, Return, ReturnLine, ReturnVersion
from targets.queries.next_steps import next_steps
from targets.queries.opinions import standings
from targets.readings import Counts, Outlook, Reading
from tests.targets.factories import ASKED_ROUTE, ENTRIES, make_cast, make_street_person, make_task_force

REFUSED = (NotAllowed, NotReady, Conflict, Invalid)
PEOPLE = ("operator", "reviewer", "office", "street", "force")
CODES = ("REV", "FIRMS")
GOOD = {code: int(float(text) * (1 if code in {"FIRMS", "SERVICE_FIRMS"} else 100)) for code, text in ENTRIES.items()}
people = st.sampled_from(PEOPLE)
# For a mover that is mostly the right one: the machine would else spend its steps on refusals.
mostly = {name: st.one_of(st.just(name), st.just(name), people) for name in PEOPLE}


class Oracle:
    """What a clerk with a pencil would know."""

    def __init__(self) -> None:
        self.state = "draft"
        self.cells: dict[str, int] = {}
        self.filed: dict[str, int] | None = None
        self.certified: dict[str, int] = {}
        self.opened: tuple[str, ...] | None = None  # of a 数据订正 under way
        self.opinions: set[str] = set()
        self.closed = False
        self.loaded = False  # the draft, by the office for the operator
        self.received = False  # the filed version was handed in by the office

    @property
    def editable(self) -> bool:
        return self.state == "sent_back" or self.state == "draft" and (self.filed is not None or not self.closed)

    def may_write(self, who: str, code: str) -> bool:
        return who == "operator" and self.editable and (self.opened is None or code in self.opened)

    def complete(self) -> bool:
        needed = {"REV", "REV_LEAD", "FIRMS"} <= self.cells.keys()
        fits = self.cells.get("REV_LEAD", 0) <= self.cells.get("REV", 0)
        return needed and fits and self.cells.get("SERVICE_FIRMS", 0) <= self.cells.get("FIRMS", 0)


def _said(act) -> str | None:
    """Why `act` was refused; None when it was done."""
    try:
        act()
    except REFUSED as refused:
        return refused.message
    return None


class ReturnMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        cast = make_cast(route=ASKED_ROUTE)
        self.people = {
            "operator": cast.operator, "reviewer": cast.reviewer, "office": cast.office,
            "street": make_street_person(), "force": make_task_force(),
        }  # fmt: skip
        self.pk = cast.draft().pk
        self.oracle = Oracle()

    @property
    def row(self) -> Return:
        return Return.objects.select_related("cycle__template", "filer", "draft", "filed").get(pk=self.pk)

    def try_(self, allowed: bool, act) -> bool:
        """Do `act`; it must succeed exactly when the oracle says so."""
        before = self.row.version
        said = _said(act)
        assert (said is None) == allowed, said or "it should have been refused"
        assert allowed or self.row.version == before
        return allowed

    @rule(who=mostly["operator"], code=st.sampled_from(CODES), number=st.integers(25, 40))
    def types(self, who, code, number):
        told = {"REV": number * 100_00, "FIRMS": number}[code]
        text = {"REV": f"{number * 100}", "FIRMS": str(number)}[code]
        may = self.oracle.may_write(who, code)
        same = self.oracle.opened is not None and self.oracle.cells.get(code) == told
        if self.oracle.editable and who == "operator" and same:
            may = True  # a settled cell sent as it stands is no change
        if self.try_(may, lambda: returns.save(return_=self.row, cells={code: text}, by=self.people[who])):
            self.oracle.cells[code] = told

    @precondition(lambda self: self.oracle.editable and self.oracle.opened is None)
    @rule()
    def fills_everything(self):
        returns.save(return_=self.row, cells=ENTRIES, by=self.people["operator"])
        self.oracle.cells = dict(GOOD)

    @rule(code=st.sampled_from(CODES), number=st.integers(25, 40), name=st.sampled_from(["张三", "张三", ""]))
    def is_loaded_by_the_office(self, code, number, name):
        """代录: a workbook that came by mail."""
        o = self.oracle
        told = {"REV": number * 100_00, "FIRMS": number}[code]
        text = {"REV": f"{number * 100}", "FIRMS": str(number)}[code]
        open_to_it = o.opened is None or code in o.opened or o.cells.get(code) == told
        if self.try_(o.editable and open_to_it and bool(name), lambda: self._load(code, text, name)):
            o.cells[code], o.loaded = told, True

    def _load(self, code, text, name):
        data = f"{code}{text}".encode()
        reading, office = Reading({code: text}, {}, {}, (), Counts()), self.people["office"]
        with transaction.atomic():
            book = workbooks.keep(
                return_=self.row, file=Checked("a.xlsx", XLSX, data, digest(data)), reading=reading, outlook=Outlook(), by=office
            )
            workbooks.load(workbook=book, reading=reading, filled_by=name, by=office)

    @rule(who=mostly["office"])
    def is_handed_in_by_the_office(self, who):
        o = self.oracle
        may = who == "office" and o.editable and o.loaded and o.complete()
        if self.try_(may, lambda: returns.receive(return_=self.row, by=self.people[who])):
            o.state, o.filed, o.opinions, o.loaded, o.received = "filed", dict(o.cells), set(), False, True

    @rule(far=st.integers(1, 4))
    def goes_on(self, far):
        """The ordinary way, some steps of it: a walk by chance alone hardly ever comes to a lock."""
        for _ in range(far):
            o = self.oracle
            if o.editable and not o.complete():
                self.fills_everything()
            elif o.editable:
                self.files("operator")
            elif o.state == "filed":
                self.reviews("reviewer", many=False)
            elif o.state == "reviewed":
                for side, who in (("street", "street"), ("chain", "force")):
                    self.gives_an_opinion(side, True, who)
                self.confirms("office")

    @rule(words=st.sampled_from(["", "请核对"]))
    def is_sent_back(self, words):
        self.sends_back({"filed": "reviewer"}.get(self.oracle.state, "office"), words)

    @rule(code=st.sampled_from(CODES), number=st.integers(25, 40))
    def is_corrected(self, code, number):
        self.opens_a_correction("office", [code])
        self.types("operator", code, number)

    @rule(who=mostly["operator"])
    def files(self, who):
        o = self.oracle
        may = who == "operator" and o.editable and o.complete()
        if self.try_(may, lambda: returns.file(return_=self.row, by=self.people[who])):
            o.state, o.filed, o.opinions, o.loaded, o.received = "filed", dict(o.cells), set(), False, False

    @rule(who=mostly["reviewer"], many=st.booleans())
    def reviews(self, who, many):
        o = self.oracle
        may = who == "reviewer" and o.state == "filed"
        if many:
            if who != "reviewer":
                return
            [report] = bulk.review_many(picks=[(self.row, None)], by=self.people[who])
            assert report.done == (may and "differs" not in o.opinions)
            done = report.done
        else:
            done = self.try_(may, lambda: returns.review(return_=self.row, by=self.people[who]))
        if done:
            o.state = "reviewed"

    @rule(who=st.one_of(mostly["reviewer"], mostly["office"]), words=st.sampled_from(["", "请核对"]))
    def sends_back(self, who, words):
        o = self.oracle
        mine = (who, o.state) in {("reviewer", "filed"), ("office", "reviewed")}
        act = lambda: returns.send_back(return_=self.row, comment=words, by=self.people[who])  # noqa: E731
        if self.try_(mine and bool(words), act):
            o.state, o.cells = "sent_back", dict(o.filed)

    @rule(side=st.sampled_from(["street", "chain"]), agrees=st.booleans(), who=st.sampled_from(["street", "force", "office"]))
    def gives_an_opinion(self, side, agrees, who):
        o = self.oracle
        own = (who, side) in {("street", "street"), ("force", "chain")}
        may = own and o.state in {"filed", "reviewed"} and side not in o.opinions

        def act():
            opinions.give(return_=self.row, side=side, agrees=agrees, text="情况如下", by=self.people[who])

        if self.try_(may, act):
            o.opinions |= {side} if agrees else {side, "differs"}

    @rule(who=mostly["office"])
    def confirms(self, who):
        o = self.oracle
        may = who == "office" and o.state == "reviewed" and {"street", "chain"} <= o.opinions and not o.received
        if self.try_(may, lambda: returns.confirm(return_=self.row, by=self.people[who])):
            for code in o.opened or GOOD:
                o.certified.pop(code, None)
                if code in o.filed:
                    o.certified[code] = o.filed[code]
            o.state, o.opened = "locked", None

    @rule(who=mostly["office"], codes=st.lists(st.sampled_from(CODES), unique=True))
    def opens_a_correction(self, who, codes):
        o = self.oracle

        def act():
            corrections.open_(return_=self.row, codes=codes, reason="录入有误", by=self.people[who])

        if self.try_(who == "office" and o.state == "locked" and bool(codes), act):
            o.state, o.opened, o.cells = "sent_back", tuple(codes), dict(o.filed)

    @rule(who=mostly["office"])
    def withdraws_a_correction(self, who):
        o = self.oracle
        may = who == "office" and o.state == "sent_back" and o.opened is not None

        def act():
            corrections.withdraw(return_=self.row, reason="原数无误", by=self.people[who])

        if self.try_(may, act):
            o.state, o.opened = "locked", None
            o.filed = o.cells = dict(o.certified)
            o.loaded = False

    @rule(who=mostly["office"], back=st.booleans())
    def exempts(self, who, back):
        o = self.oracle
        if back:
            may = who == "office" and o.state == "exempt"
            act = lambda: exemptions.resume(return_=self.row, reason="复工", by=self.people[who])  # noqa: E731
        else:
            may = who == "office" and o.state in {"draft", "sent_back"} and o.opened is None
            act = lambda: exemptions.exempt(return_=self.row, reason="停产", by=self.people[who])  # noqa: E731
        if self.try_(may, act):
            o.state = "draft" if back else "exempt"

    @rule(again=st.sampled_from([True, True, True, False]))
    def closes_the_cycle(self, again):
        o = self.oracle
        act = closing.reopen if again else closing.close
        if self.try_(o.closed == again, lambda: act(cycle=self.row.cycle, by=self.people["office"])):
            o.closed = not again

    @rule(who=mostly["operator"])
    def asks_for_time(self, who):
        allowed = who == "operator" and self.oracle.state in {"draft", "sent_back"}
        asked = self.row.extensions.filter(state="asked").exists()

        def act():
            extensions.ask(return_=self.row, reason="停电", by=self.people[who])

        self.try_(allowed and not asked, act)

    @invariant()
    def the_row_stands_as_the_oracle_says(self):
        row, o = self.row, self.oracle
        assert row.state == o.state
        found = CertifiedValue.objects.current().values_list("indicator__code", "units")
        assert dict(found) == o.certified
        if row.draft:
            assert row.draft.lines.get().values == o.cells

    @invariant()
    def what_was_filed_is_whole(self):
        for version in ReturnVersion.objects.filter(frozen_at__isnull=False):
            assert version_digest(version) == version.digest
        assert ReturnVersion.objects.filter(frozen_at__isnull=True).count() <= 1
        assert ReturnLine.objects.count() == ReturnVersion.objects.count()

    @invariant()
    def what_is_offered_and_ready_is_what_the_oracle_allows(self):
        o, row = self.oracle, self.row
        offered = {(who, s.verb.value) for who, user in self.people.items() for s in next_steps(row, user) if s.ready}
        expected = set()
        if o.editable and o.complete():
            expected.add(("operator", "file"))
            expected |= {("office", "receive")} if o.loaded else set()
        if o.state == "filed":
            expected |= {("reviewer", "review"), ("reviewer", "send_back")}
        if o.state == "reviewed":
            expected.add(("office", "send_back"))
            if {"street", "chain"} <= o.opinions and not o.received:
                expected.add(("office", "confirm"))
        if o.state == "locked":
            expected.add(("office", "correct"))
        if o.state == "sent_back" and o.opened is not None:
            expected.add(("office", "withdraw"))
        if o.state in {"draft", "sent_back"} and o.opened is None:
            expected.add(("office", "exempt"))
        if o.state == "exempt":
            expected.add(("office", "resume"))
        assert offered == expected
        waiting = {each.side for each in standings(row) if each.waits} if o.state in {"filed", "reviewed"} else set()
        assert waiting == ({"street", "chain"} - o.opinions if o.state in {"filed", "reviewed"} else set())

    def teardown(self):
        try:
            assert list(trail.verify()) == []
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)


def walk(examples: int, steps: int, **more) -> None:
    run_state_machine_as_test(
        ReturnMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


@pytest.mark.feature("B2")
@pytest.mark.feature("B3")
@pytest.mark.feature("B5")
@pytest.mark.django_db
def test_any_walk_through_the_workflow_ends_where_the_oracle_says():
    walk(14, 25, derandomize=True)


@pytest.mark.prove
@pytest.mark.django_db
def test_far_walks_through_the_workflow_end_where_the_oracle_says():
    walk(400, 60)
