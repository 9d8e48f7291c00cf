"""API bases: how refusals are answered."""

from rest_framework.response import Response
from rest_framework.views import exception_handler as stock_handler

from guandu.core.errors import PortalError


def exception_handler(exception: Exception, context: dict) -> Response | None:
    """A refusal as {"message", "errors", "missing"} with its status; everything else as DRF does."""
    if not isinstance(exception, PortalError):
        return stock_handler(exception, context)
    body = {"message": exception.message}
    if getattr(exception, "errors", ()):
        body["errors"] = [{"field": name, "message": text} for name, text in exception.errors]
    if getattr(exception, "missing", ()):
        body["missing"] = list(exception.missing)
    return Response(body, status=exception.status)
