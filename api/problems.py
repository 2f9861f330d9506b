"""Errors as RFC 9457 problem documents: a stable code, a sentence, and pointers to the fields."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import HelpdeskError

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
_TITLES = {
    400: "The request cannot be read",
    401: "Who are you?",
    403: "Not allowed",
    404: "Not found",
    405: "This address does not take that method",
    406: "No such format",
    409: "Something changed meanwhile",
    413: "Too large",
    415: "Send JSON",
    422: "Some fields are wrong",
    429: "Too many requests",
    500: "Something broke here",
    503: "Try again later",
}


def problem(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """The document; `type` is a name to look up in docs/api.md, not an address to fetch."""
    title = _TITLES.get(status, "The request failed")
    return {
        "type": f"urn:helpdesk:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: no exception leaves the API as HTML or as a stack trace."""
    set_rollback()
    body, headers = _describe(error)
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def no_such_address(request: HttpRequest, rest: str = "") -> JsonResponse:
    body = problem(404, "not_found", "There is no such address; /api/v1/schema/ lists all of them.")
    return JsonResponse(body, status=404, content_type=CONTENT_TYPE)


def _describe(error: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    if isinstance(error, HelpdeskError):
        return _own(error)
    if isinstance(error, exceptions.ValidationError):
        errors = list(_pointers(error.detail, ""))
        return problem(422, "invalid", "Some fields are wrong.", errors=errors), {}
    if isinstance(error, exceptions.Throttled):
        wait = int(getattr(error, "wait", None) or 1)
        return problem(429, "too_many", f"Try again in {wait} s."), {"Retry-After": str(wait)}
    if isinstance(error, exceptions.APIException):
        challenge = getattr(error, "auth_header", None)
        headers = {"WWW-Authenticate": str(challenge)} if challenge else {}
        return problem(error.status_code, str(error.default_code), str(error.detail)), headers
    if isinstance(error, Http404):
        return problem(404, "not_found", "There is no such thing that you may see."), {}
    if isinstance(error, PermissionDenied):
        return problem(403, "not_allowed", "You may not do this."), {}
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", "The body is larger than the limit of 5 MB."), {}
    if isinstance(error, OperationalError | InterfaceError):
        return problem(503, "unavailable", "The database does not answer. Try again."), {"Retry-After": "5"}
    logger.error("An API request failed", exc_info=error)
    return problem(500, "error", "Something broke on our side; it has been logged. Try again later."), {}


def _own(error: HelpdeskError) -> tuple[dict[str, Any], dict[str, str]]:
    body = problem(error.status, error.code, error.message)
    if error.fields:
        body["errors"] = [{"pointer": f"/{name}", "detail": text} for name, text in error.fields.items()]
    if error.details:
        body["details"] = error.details
    wait = error.details.get("retry_after")
    return body, {"Retry-After": str(wait)} if wait else {}


def _pointers(detail: Any, path: str) -> Iterator[dict[str, str]]:
    """One entry per message, with a JSON pointer to where it belongs."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            below = path if name == "non_field_errors" else f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"
            yield from _pointers(inner, below)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _pointers(inner, f"{path}/{index}" if nested else path)
    else:
        yield {"pointer": path or "/", "detail": str(detail)}
