"""The one address of a file: asked each time whether this person sees what it is attached to."""

from urllib.parse import quote

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_GET

from guandu.files import storage
from guandu.files.actions import record_fetch
from guandu.files.kinds import KINDS
from guandu.files.models import Attachment
from guandu.web.views import get_visible_or_404, signed_in

# Whatever a browser does with the file, it does it without our cookies, scripts and frames.
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


@require_GET
@signed_in
def download(request: HttpRequest, pk: int) -> FileResponse:
    attachment = get_visible_or_404(Attachment.objects.select_related("file"), request.user, pk=pk)
    file = storage.opened(attachment.file.digest, attachment.file.size)
    try:
        record_fetch(attachment=attachment, by=request.user)
    except BaseException:
        file.close()
        raise
    response = FileResponse(file, content_type=KINDS[attachment.file.kind].content_type)
    response["Content-Length"] = str(attachment.file.size)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}"
    response["Content-Security-Policy"] = POLICY
    return response
