"""The tasks of a plan: one for each mechanism, with its units and the stages of its procedures."""

from guandu.accounts.models import Unit
from guandu.audit.actions import created
from guandu.core import clock
from guandu.exchange.loaded_rows import Part, RowLoader
from guandu.exchange.marked_yaml import Row
from parks.models import Area, Park
from targets.enums_tasks import TaskSource, TaskState
from targets.models import Mechanism, Plan, Task, TaskStage, TaskUnit
from targets.plan_files import PlanFiles
from targets.querysets_tasks import first_line_month


def put_tasks(files: PlanFiles, plan: Plan, loader: RowLoader) -> None:
    """A loaded task is under way: the plan itself gave it out. Its lines are owed from the day it is first loaded."""
    mechanisms = {each.code: each for each in Mechanism.objects.filter(plan=plan)}
    for row in files.rows("mechanisms"):
        mechanism = mechanisms[row.code]
        initial = {
            "source": TaskSource.PLAN, "mechanism": mechanism, "due_on": plan.ends_on, "first_due_on": plan.ends_on,
            "state": TaskState.WORKING, "opened_on": plan.issued_on,
            "lines_from": first_line_month(clock.today()), "opened_by": plan.issuer,
        }  # fmt: skip
        values = {"title": row["title"], "text": row["content"], "source_note": f"{plan.title} {row['clause']}"}
        parts = [_units_part(files, row), _stages_part(row)]
        loader.put(row, Task, key={"plan": plan, "code": row.code}, values=values, parts=parts, initial=initial)


def _units_part(files: PlanFiles, row: Row) -> Part:
    leads, helpers = files.duty(row)
    # Where the plan names no lead, every unit it names owes lines.
    wanted = sorted([code, code in leads, code in leads or not leads] for code in dict.fromkeys([*leads, *helpers]))

    def read(task: Task) -> list[list]:
        return sorted(map(list, task.duties.values_list("unit__code", "leads", "owes_lines")))

    def write(task: Task) -> None:
        units = Unit.objects.in_bulk([code for code, _, _ in wanted], field_name="code")
        task.duties.exclude(unit__in=units.values()).delete()
        for code, leads_it, owes in wanted:
            TaskUnit.objects.update_or_create(
                task=task, unit=units[code], defaults={"leads": leads_it, "owes_lines": owes}
            )

    return Part("units", wanted, read, write)


def _stages_part(row: Row) -> Part:
    wanted = [[track["name"], title] for track in row["tracks"] for title in track["stages"]]
    places = {track["name"]: (track["area"], track["park"]) for track in row["tracks"]}

    def read(task: Task) -> list[list]:
        return [list(each) for each in task.stages.order_by("position", "pk").values_list("track", "title")]

    def write(task: Task) -> None:
        known = {(each.track, each.title): each for each in task.stages.all()}
        for position, (track, title) in enumerate(wanted, start=1):
            stage = known.pop((track, title), None)
            if stage is None:
                area, park = places[track]
                stage = TaskStage(
                    task=task, track=track, title=title, position=position,
                    area=Area.objects.filter(code=area).first() if area else None,
                    park=Park.objects.filter(code=park).first() if park else None,
                )  # fmt: skip
                stage.save(force_insert=True)
                created(stage)
            elif stage.position != position:
                stage.position = position
                stage.save(update_fields=["position"])
        # What a file no longer names goes, unless somebody has worked on it.
        for stage in known.values():
            if stage.due_on is None and stage.done_on is None:
                stage.delete()

    return Part("stages", wanted, read, write)
