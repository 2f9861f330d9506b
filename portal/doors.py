"""The chat's JSON doors: no cookies, no session, the visitor's token in a header, refusals as plain JSON."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from core.errors import HelpdeskError, Invalid, TooLarge, TooMany
from portal.words import FALLBACK, language_of, words_in
from tickets.inbound import storable

View = Callable[..., HttpResponseBase]
MAX_BODY = 32 * 1024


def chat_door(*methods: str) -> Callable[[View], View]:
    """Only these methods; a HelpdeskError becomes its status. Cookies play no part, so neither does CSRF."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
            try:
                response: HttpResponseBase = view(request, **kwargs)
            except HelpdeskError as error:
                response = refused(error, language_of(request))
            response["Cache-Control"] = "no-store"
            return response

        return csrf_exempt(answer)

    return decorate


def refused(error: HelpdeskError, language: str) -> JsonResponse:
    response = JsonResponse(refusal(error, language), status=error.status)
    if after := error.details.get("retry_after"):
        response["Retry-After"] = str(after)
    return response


def refusal(error: HelpdeskError, language: str) -> dict[str, Any]:
    """The same words for the socket and for HTTP, in the visitor's language."""
    message, fields = error.message, error.fields
    # Seconds are for programs.
    if error.word or language != FALLBACK or isinstance(error, TooMany):
        message = _in_their_words(error, language)
        fields = dict.fromkeys(error.fields, message)
    return {"code": error.code, "message": message, "fields": fields, **error.details}


def _in_their_words(error: HelpdeskError, language: str) -> str:
    """What has no sentence of its own, since no panel of ours provokes it, is refused in general; what concerns the
    site's own programs, in English."""
    refusals = words_in(language).refusals
    return refusals.get(error.word) or refusals.get(error.code) or error.message


def bearer(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def json_body(request: HttpRequest) -> dict[str, Any]:
    """Raises TooLarge or Invalid."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise TooLarge("This request is too large.")
    said = json_object(request.body or b"{}")
    if said is None:
        raise Invalid("This request is not a JSON object.")
    return said


def json_object(text: str | bytes) -> dict[str, Any] | None:
    """What a browser says, with texts that the database takes; None for what is no object or nests without end."""
    try:
        said = json.loads(text)
        return storable(said) if isinstance(said, dict) else None
    except (ValueError, RecursionError):
        return None


def word(said: dict[str, Any], name: str, limit: int = 500) -> str:
    """A text field of a JSON body; anything else counts as missing."""
    value = said.get(name)
    return value[:limit] if isinstance(value, str) else ""
