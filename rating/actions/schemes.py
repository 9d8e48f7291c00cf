"""Taking a scheme into the portal: read by the engine first, stored as the text it came as."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from rating.engine import SchemeError, load_scheme
from rating.models import Scheme


@action("scheme.load")
def load(*, text: str, by: Actor) -> tuple[Scheme, bool]:
    """The stored scheme and whether it is new. The same text again changes nothing; another text
    under a known code and version is refused, because a version may already have been used."""
    require(by, Permission.ASSESSMENT_RUN, to="载入评定方案")
    try:
        read = load_scheme(text)
    except SchemeError as error:
        errors = [(str(problem.line), problem.message) for problem in error.problems]
        raise Invalid(f"评定方案有 {len(errors)} 处错误，没有载入。", errors=errors) from error
    known = Scheme.objects.filter(code=read.code, version=read.version).first()
    if known:
        about(known)
        if known.digest != read.digest:
            raise Invalid(f"方案 {read.code} 的 {read.version} 版已经载入且内容不同。请改用新的版本号。")
        return known, False
    scheme = Scheme.objects.create(
        code=read.code,
        version=read.version,
        title=read.title,
        text=text,
        digest=read.digest,
        loaded_at=clock.now(),
    )
    created(scheme)
    return scheme, True
