"""The plan on one page at district size: from the address to HTML, against printing the same rows from memory.

100 parks × the plan's cells, rolled up by the portal's own job; every target has its standing with what is said
beside it. Each round says something else of every target, and the page must say it.
"""

from typing import Any

from scripts.bench.cases.portal import QUARTER, PortalRollUp

PATH = f"/plan/?period={QUARTER}"


class PlanPage(PortalRollUp):
    name = "plan"
    title = "the plan's 50 targets on one page, 100 parks"
    floor = "printed from rows in memory"
    others = ("the page",)

    def prepare(self) -> int:
        super().prepare()
        from django.test import RequestFactory

        from guandu.core.actors import ROLL_UP
        from guandu.core.periods import Period
        from guandu.jobs import worker
        from scripts.bench.cases.import_firms import office
        from targets.actions.figures import ask_roll_up
        from targets.models import TargetResult

        ask_roll_up(period=Period.parse(QUARTER), by=ROLL_UP)
        worker.run_waiting()
        self.results = list(TargetResult.objects.filter(period=QUARTER).order_by("pk"))
        self.office, self.requests = office(), RequestFactory()
        return len(self.results)

    def mutate(self, round_number: int) -> None:
        from targets.models import TargetResult

        self.said = [f"第{round_number}轮第{number}项" for number, _ in enumerate(self.results)]
        for result, sentence in zip(self.results, self.said, strict=True):
            result.sentence = sentence
        TargetResult.objects.bulk_update(self.results, ["sentence"])
        self.memory = self._context()

    def _context(self) -> dict[str, Any]:
        """What the page is printed from, everything read."""
        captured: dict[str, Any] = {}
        self._page(captured)
        return captured

    def _page(self, captured: dict[str, Any] | None = None) -> bytes:
        from targets.views import plan

        request = self.requests.get(PATH)
        request.user = self.office
        if captured is None:
            return plan.plan_page(request).content
        usual = plan.render

        def kept(asked, template, context):
            captured.update(context=context, request=asked, template=template)
            return usual(asked, template, context)

        plan.render = kept
        try:
            return plan.plan_page(request).content
        finally:
            plan.render = usual

    def oracle(self) -> str:
        return "right"

    def run(self, candidate: str) -> bytes:
        if candidate != self.floor:
            return self._page()
        from django.template.loader import render_to_string

        kept = self.memory
        return render_to_string(kept["template"], kept["context"], kept["request"]).encode()

    def observe(self, candidate: str, result: bytes) -> str:
        text = result.decode()
        missing = [sentence for sentence in self.said if sentence not in text]
        return "right" if not missing else f"missing: {missing[:3]}"
