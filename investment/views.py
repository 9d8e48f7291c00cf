"""招商项目: the list with its funnel, one project with its stages, entering and moving."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from investment.actions import projects as actions
from investment.enums import Stage
from investment.forms import MoveForm, ProjectForm
from investment.models import Project
from investment.queries import projects as queries
from parks.models import Chain

REFUSALS = (Conflict, Invalid, NotReady)

viewer = permission_required(Permission.PROJECT_VIEW, to="查看招商项目")
editor = permission_required(Permission.PROJECT_EDIT, to="登记招商项目")


@viewer
@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    chains = list(Chain.objects.all())
    chain = _one_of(request.GET.get("chain", ""), {each.code for each in chains})
    stage = _one_of(request.GET.get("stage", ""), set(Stage.values))
    totals = queries.stage_totals(request.user, chain=chain)
    context = {
        "chains": chains,
        "stages": Stage.choices,
        "chain": chain,
        "stage": stage,
        "totals": totals,
        "count": sum(total.count for total in totals),
        "projects": list(queries.projects_for(request.user, chain=chain, stage=stage)),
        "may_edit": request.user.may(Permission.PROJECT_EDIT),
    }
    return render(request, "investment/list.html", context)


@viewer
@require_GET
def project_detail(request: HttpRequest, code: str) -> HttpResponse:
    return _detail(request, _visible(request, code))


@editor
@require_http_methods(["GET", "POST"])
@takes(ProjectForm)
def project_create(request: HttpRequest) -> HttpResponse:
    form = ProjectForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            project = actions.create(values=form.values, by=request.user)
        except REFUSALS as refusal:
            return _form(request, form, refusal=refusal)
        messages.success(request, f"已登记项目{project.name}，编号 {project.code}。")
        return redirect("investment:detail", code=project.code)
    return _form(request, form)


@editor
@require_http_methods(["GET", "POST"])
@takes(ProjectForm)
def project_edit(request: HttpRequest, code: str) -> HttpResponse:
    project = _visible(request, code, Permission.PROJECT_EDIT)
    form = ProjectForm(request.POST or None, instance=project, user=request.user)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            actions.update(project=project, values=form.values, version=version, by=request.user)
        except REFUSALS as refusal:
            return _form(request, form, project=project, refusal=refusal)
        messages.success(request, f"已保存项目{form.cleaned_data['name']}。")
        return redirect("investment:detail", code=code)
    return _form(request, form, project=project)


@editor
@require_POST
@takes(MoveForm)
def project_move(request: HttpRequest, code: str) -> HttpResponse:
    project = _visible(request, code, Permission.PROJECT_EDIT)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _detail(request, project, form=form)
    try:
        moved = actions.move(project=project, by=request.user, **form.cleaned_data)
    except REFUSALS as refusal:
        return _detail(request, project, form=form, refusal=refusal)
    messages.success(request, f"项目{moved.name}已改为{moved.get_stage_display()}。")
    return redirect("investment:detail", code=code)


def _visible(request: HttpRequest, code: str, permission: Permission | None = None) -> Project:
    rows = Project.objects.select_related("chain", "park", "street", "lead")
    return get_visible_or_404(rows, request.user, permission, code=code)


def _one_of(value: str, known: set[str]) -> str:
    if value and value not in known:
        raise Http404
    return value


def _detail(
    request: HttpRequest,
    project: Project,
    *,
    form: MoveForm | None = None,
    refusal: PortalError | None = None,
) -> HttpResponse:
    moves = [
        {
            "at": move.on.isoformat(),
            "title": move.get_to_stage_display(),
            "who": move.actor_name,
            "text": move.comment,
        }
        for move in project.moves.order_by("-pk")
    ]
    steps = queries.open_steps(project, request.user)
    context = {
        "project": project,
        "steps": steps,
        "ready": any(not each.missing for each in steps),
        "moves": moves,
        "stages": _stage_marks(project),
        "form": form or MoveForm(initial={"on": clock.today(), "version": project.version}),
        "may_edit": request.user.may(Permission.PROJECT_EDIT, project),
        **_refused(form, refusal),
    }
    return render(request, "investment/detail.html", context, status=_status(form, refusal))


def _form(
    request: HttpRequest,
    form: ProjectForm,
    *,
    project: Project | None = None,
    refusal: PortalError | None = None,
) -> HttpResponse:
    bound = form if form.is_bound else None
    context = {"form": form, "project": project, **_refused(bound, refusal)}
    return render(request, "investment/form.html", context, status=_status(bound, refusal))


def _refused(form, refusal: PortalError | None) -> dict:
    """The error summary of the page: what the form or the action found wrong."""
    if refusal:
        errors = [("", text) for _, text in getattr(refusal, "errors", ())]
        return {"message": refusal.message, "errors": errors, "changes": getattr(refusal, "changes", ())}
    found = form.errors.items() if form else ()
    return {
        "errors": [(f"id_{name}", f"{form[name].label}：{text}") for name, texts in found for text in texts]
    }


def _status(form, refusal: PortalError | None) -> int:
    if refusal:
        return refusal.status
    return 422 if form and form.errors else 200


def _stage_marks(project: Project) -> list[dict]:
    """The stages as a workflow bar: those behind, the present one, those ahead."""
    if project.stage == Stage.UNCONFIRMED:
        return [
            {"label": stage.label, "tone": "active" if stage == project.stage else "idle"} for stage in Stage
        ]
    stages = [stage for stage in Stage if stage != Stage.UNCONFIRMED]
    here = stages.index(Stage(project.stage))
    tones = ["done" if n < here else "active" if n == here else "idle" for n in range(len(stages))]
    return [{"label": stage.label, "tone": tone} for stage, tone in zip(stages, tones, strict=True)]
