"""What the world reads when something of ours fails: a database that is away is 503 and passes, the rest is 500."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

RETRY_SECONDS = "5"
AWAY = ("Back in a moment", "The desk is being restarted or its database is away. Nothing is lost; try again shortly.")
FAILED = ("Something broke on our side", "It has been logged; nothing that was accepted is lost. Try again shortly.")


def server_error_page(request: HttpRequest) -> HttpResponse:
    """Django's handler500; it is called while the failure is being handled."""
    failure = sys.exc_info()[1]
    is_away = isinstance(failure, OperationalError | InterfaceError)
    status, (title, text) = (503, AWAY) if is_away else (500, FAILED)
    response = answer(request, status, title, text)
    if is_away:
        response["Retry-After"] = RETRY_SECONDS
    return response


def answer(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if request.path.startswith(("/api/", "/hooks/")):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": text}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    # Without the request, so that nothing asks the database who is logged in.
    template = "500.html" if status == 500 else "error.html"
    return HttpResponse(render_to_string(template, {"title": title, "message": text}), status=status)
