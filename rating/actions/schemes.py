"""The life of a scheme: read by the engine first, stored as the text it came as, taken up, issued, retired."""

from datetime import date

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, created, enter, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from guandu.core.periods import Period
from parks.enums import Carrier
from parks.models import Chain
from rating.actions.assessments import ask_trial
from rating.engine import Scheme as Rules, SchemeError, load_scheme
from rating.enums import SchemeState
from rating.models import Assessment, Scheme, SchemeScope, Simulation

DRAFT_WORD = "草案"
LONGEST = {"document": 120, "because": 200}


@action("scheme.load")
def load(*, text: str, by: Actor) -> tuple[Scheme, bool]:
    """The stored scheme, in use from now on, and whether it is new. The same text again changes nothing; another text
    under a known code and version is refused, because a version may already have been used."""
    require(by, Permission.ASSESSMENT_RUN, to="载入评定方案")
    return _stored(text, by, adopted=True)


@action("scheme.receive")
def receive(*, text: str, by: Actor) -> tuple[Scheme, bool]:
    """As `load`, but only kept: no score is taken by it until it is taken up. Scores stay as they are."""
    require(by, Permission.ASSESSMENT_RUN, to="载入评定方案")
    return _stored(text, by, adopted=False)


def _stored(text: str, by: Actor, *, adopted: bool) -> tuple[Scheme, bool]:
    read = _read(text)
    known = Scheme.objects.filter(code=read.code, version=read.version).first()
    if known:
        about(known)
        if known.digest != read.digest:
            raise Invalid(f"方案 {read.code} 的 {read.version} 版已经载入且内容不同。请改用新的版本号。")
        return known, False
    now = clock.now()
    scheme = Scheme(
        code=read.code,
        version=read.version,
        title=read.title,
        text=text,
        digest=read.digest,
        loaded_at=now,
        loaded_by=by.actor_name,
        adopted_at=now if adopted else None,
    )
    checked(scheme).save(force_insert=True)
    created(scheme)
    return scheme, True


@action("scheme.adopt")
def adopt(*, scheme: Scheme, by: Actor) -> Scheme:
    """Take the scheme up: trial scores are taken by it from now on, and asked for at once for the newest scored quarter.
    Raises NotReady for one that is 停用 or in use already."""
    require(by, Permission.ASSESSMENT_RUN, to="启用评定方案")
    row = _held(scheme)
    if row.state == SchemeState.RETIRED:
        raise NotReady("这个版本已停用，不能再启用。请上传新版本。")
    if Scheme.objects.newest().filter(pk=row.pk).exists():
        raise NotReady("这个版本正在使用，不需要再启用。")
    return _kept(row, by, adopted_at=clock.now())


@action("scheme.publish")
def publish(*, scheme: Scheme, document: str, issued_on: date, by: Actor) -> Scheme:
    """Register that the scheme was issued by a document; it is taken up with it, if it is not in use already.

    Refused while the text cannot be read without an error (weights that do not add up, gaps between bands), while it
    calls itself a draft, and before it was tried on every park.
    """
    require(by, Permission.ASSESSMENT_RUN, to="登记方案印发")
    row = _held(scheme)
    if row.state != SchemeState.DRAFT:
        raise NotReady(f"这个版本{row.get_state_display()}，不能再登记印发。")
    document = document.strip()
    errors = []
    if not document:
        errors.append(("document", "请填写印发文件的名称或文号。"))
    if issued_on > clock.today():
        errors.append(("issued_on", "印发日期不能晚于今天。"))
    if errors:
        raise Invalid("印发登记没有办理，请按提示修改。", errors=errors)
    missing = _wanting(row, _read(row.text))
    if missing:
        raise NotReady("还不能登记印发。", missing=missing)
    used = Scheme.objects.newest().filter(pk=row.pk).exists()
    adopted = row.adopted_at if used else clock.now()
    return _kept(row, by, state=SchemeState.PUBLISHED, document=document, issued_on=issued_on, adopted_at=adopted)


def _wanting(row: Scheme, rules: Rules) -> list[str]:
    found = []
    if DRAFT_WORD in rules.status or DRAFT_WORD in rules.title:
        found.append(f"方案文件里的状态仍是“{rules.status}”：请改为印发后的名称，用新的版本号上传")
    if not Simulation.objects.filter(after=row, computed_at__isnull=False).exists():
        found.append("还没有在全部园区上模拟过：请先完成一次方案模拟")
    return found


@action("scheme.retire")
def retire(*, scheme: Scheme, because: str, by: Actor) -> Scheme:
    """No new score is taken by it; the scores that were stay as they are. The version taken up before it is in use again."""
    require(by, Permission.ASSESSMENT_RUN, to="停用评定方案")
    row = _held(scheme)
    if row.state == SchemeState.RETIRED:
        raise NotReady("这个版本已经停用。")
    because = because.strip()
    if not because:
        raise Invalid("请写明停用原因。", errors=[("because", "请写明停用原因。")])
    return _kept(row, by, state=SchemeState.RETIRED, retired_on=clock.today(), retired_because=because)


@action("scheme.assign")
def assign(*, scheme_code: str, carrier: str, chain_code: str, on: date, by: Actor) -> SchemeScope:
    """From a day on parks of the class have this scheme; the line that said otherwise until then ends on that day."""
    require(by, Permission.ASSESSMENT_RUN, to="设置方案适用范围")
    if not Scheme.objects.filter(code=scheme_code).exists():
        raise Invalid("没有这个方案。", errors=[("scheme_code", "请在列出的方案中选择。")])
    if carrier and carrier not in Carrier.values:
        raise Invalid("没有这种载体形态。", errors=[("carrier", "请在列出的载体形态中选择。")])
    if chain_code and not Chain.objects.filter(code=chain_code).exists():
        raise Invalid("没有这条产业链。", errors=[("chain_code", "请在列出的产业链中选择。")])
    alike = SchemeScope.objects.select_for_update().filter(carrier=carrier, chain_code=chain_code, valid_to=None).first()
    if alike:
        if alike.scheme_code == scheme_code:
            raise NotReady("这一类园区已经适用这个方案。")
        _ended(alike, on)
    scope = SchemeScope(
        scheme_code=scheme_code, carrier=carrier, chain_code=chain_code, valid_from=on, set_by=by.actor_name
    )
    return enter(scope)


@action("scheme.unassign")
def unassign(*, scope: SchemeScope, on: date, by: Actor) -> SchemeScope:
    """The line ends on that day: parks of the class then have what the other lines say."""
    require(by, Permission.ASSESSMENT_RUN, to="设置方案适用范围")
    row = SchemeScope.objects.select_for_update().get(pk=scope.pk)
    about(row)
    if row.valid_to is not None:
        raise NotReady("这一条适用范围已经终止。")
    return _ended(row, on)


def _ended(row: SchemeScope, on: date) -> SchemeScope:
    before = snapshot(row)
    if on <= row.valid_from:
        raise Invalid(
            "终止日期必须晚于起始日期。", errors=[("on", f"应晚于现有指定的起始日期 {row.valid_from}。")]
        )
    row.valid_to = on
    checked(row).save(update_fields=["valid_to"])
    updated(row, before)
    return row


def _read(text: str) -> Rules:
    try:
        return load_scheme(text)
    except SchemeError as error:
        errors = [(f"第 {problem.line} 行", problem.message) for problem in error.problems]
        raise Invalid(f"评定方案有 {len(errors)} 处错误，没有载入。", errors=errors) from error


def _held(scheme: Scheme) -> Scheme:
    row = Scheme.objects.select_for_update().get(pk=scheme.pk)
    about(row)
    return row


def _kept(row: Scheme, by: Actor, **values) -> Scheme:
    """Stored, and where it changes which scheme is in use, the newest scored quarter is scored again."""
    before = snapshot(row)
    used = set(Scheme.objects.newest().values_list("pk", flat=True))
    for name, value in values.items():
        setattr(row, name, value)
    checked(row).save(update_fields=list(values))
    updated(row, before)
    if used != set(Scheme.objects.newest().values_list("pk", flat=True)):
        newest = Assessment.objects.order_by("-period").values_list("period", flat=True).first()
        if newest:
            ask_trial(period=Period.parse(newest), by=by)
    return row
