"""得分说明 from an explained score."""

from guandu.core import clock
from guandu.documents.blocks import Paper
from rating.papers import score as papers
from rating.queries.explained import Explained
from targets.check_codes import check_code, grouped


def score_paper(score: Explained, office: str) -> Paper:
    """The same paper whoever asks and whenever: nothing of it is live. `office` is who signs."""
    items = [item for section in score.sections for item in section.items]
    return papers.score_paper(
        papers.ScorePaper(
            result=score.result,
            quarter=score.quarter.label,
            read=score.note,
            digits=score.digits,
            computed_on=score.assessment.computed_at.astimezone(clock.SHANGHAI).date(),
            check_code=grouped(check_code(score.assessment.result_digest)),
            terms={item.leaf.code: item.terms for item in items},
            bites={gate.result.code: gate.bites for gate in score.gates},
            office=office,
        )
    )
