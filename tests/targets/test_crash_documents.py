"""Documents, died in at every SQL statement: each step is taken whole or not at all."""

import pytest

from guandu.audit import trail
from guandu.core import clock
from guandu.files.models import Attachment
from targets.models import DocumentMove, DocumentOpinion, OfficialDocument
from tests.crash import crash_action, tell
from tests.factories import make_unit
from tests.targets.documented import asked, draft, final_file, issued, signed
from tests.targets.factories import make_office
from tests.targets.published import ISSUED, issue, make_district

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("G9")]


@pytest.fixture(autouse=True)
def a_day_after_the_quarter():
    with clock.known_demo_date(ISSUED):
        yield


def test_a_document_is_made_whole_or_not_at_all(prove_figure):
    make_district()
    office = make_office()
    publication = issue(office)
    crashes = crash_action(lambda: draft(publication, office), office.forget_grants)
    assert (OfficialDocument.objects.count(), DocumentMove.objects.count(), Attachment.objects.count()) == (
        1,
        1,
        1,
    )
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_draft_goes_round_whole_or_not_at_all(prove_figure):
    make_district()
    office, units = make_office(), [make_unit(code="U-1"), make_unit(code="U-2")]
    document = draft(issue(office), office)
    crashes = crash_action(lambda: asked(document, office, *units), office.forget_grants)
    assert (DocumentOpinion.objects.count(), DocumentMove.objects.count()) == (2, 2)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_document_is_issued_whole_or_not_at_all(prove_figure):
    make_district()
    office = make_office()
    document = signed(draft(issue(office), office), office)
    file = final_file(document)
    crashes = crash_action(lambda: issued(document, office, file), office.forget_grants)
    assert (OfficialDocument.objects.get().state, Attachment.objects.count()) == ("issued", 3)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)
