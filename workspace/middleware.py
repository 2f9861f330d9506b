"""Turns the product's refusals into answers that people understand: a page, or data for our scripts."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from core.errors import HelpdeskError, NotFound, TooLarge
from workspace.guard import wants_fragment

# What a form carries beside its file.
_FORM_BYTES = 262_144
_TITLES = {
    403: "That is not for you",
    404: "There is nothing here",
    409: "Not possible right now",
    413: "That is too large",
    422: "Something is not right yet",
    429: "A little slower, please",
    503: "Not available right now",
}


class RefusalMiddleware:
    """Answers HelpdeskError with its own status; every other error goes Django's way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:  # no name of ours has one, and the database takes none
            return refusal(request, NotFound("There is nothing at this address."))
        limit = settings.MAX_UPLOAD_BYTES
        if _length_of(request) > limit + _FORM_BYTES:  # refused by what it says of itself, before anybody reads it
            return refusal(request, TooLarge(f"This is larger than {limit // 1_048_576} MB, the limit here."))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refusal(request, error) if isinstance(error, HelpdeskError) else None


def refusal(request: HttpRequest, error: HelpdeskError) -> HttpResponse:
    if wants_fragment(request) or request.content_type == "application/json":
        body = {"code": error.code, "message": error.message, "fields": error.fields, "details": error.details}
        response: HttpResponse = JsonResponse(body, status=error.status)
    else:
        context = {"title": _TITLES.get(error.status, "That did not work"), "message": error.message}
        response = render(request, "error.html", context, status=error.status)
    if after := error.details.get("retry_after"):
        response["Retry-After"] = str(after)
    return response


def _length_of(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
