"""What a provider's answer means to us, by its HTTP status and the words in it."""

from __future__ import annotations

from typing import Any

import requests
from anymail.exceptions import AnymailRequestsAPIError

from channels_in.base import ChannelError, ErrorKind
from channels_in.email.server_words import TooLargeForThem

_BUSY = (408, 425, 429, 500, 502, 503)
_TOO_LARGE_WORDS = ("too large", "exceeds the maximum size", "message size", "payload too large")


def refusal_of(label: str, error: AnymailRequestsAPIError) -> ChannelError:
    response = getattr(error, "response", None)
    if response is None:
        return _unanswered(label, error)
    status, said = response.status_code, words_in(response)
    detail = f"{label}: {said}" if said else f"{label} answered {status}."
    if 200 <= status < 300:
        return ChannelError(ErrorKind.UNCERTAIN, f"{label} gave an answer that we do not understand.")
    if status in (401, 403):
        return ChannelError(ErrorKind.REAUTH, f"{label} refuses our credentials: {said or status}"[:300])
    if status in _BUSY:
        return ChannelError(ErrorKind.RETRY, detail[:300], after_seconds=_pause(response))
    if status >= 500:
        return ChannelError(ErrorKind.UNCERTAIN, f"{label} broke off ({status}): it may or may not have arrived.")
    if status == 413 or any(word in said.lower() for word in _TOO_LARGE_WORDS):
        return TooLargeForThem(ErrorKind.PERMANENT, f"The mail is too large for {label}.")
    return ChannelError(ErrorKind.PERMANENT, f"{label} refused it: {said or status}"[:300])


def words_in(response: requests.Response) -> str:
    """The sentence in an error body, wherever this provider puts it."""
    try:
        found = _sentence(response.json(), depth=0)
    except (ValueError, RecursionError):
        found = "" if "<" in response.text else response.text
    return " ".join(found.split())[:200]


def _sentence(body: Any, *, depth: int) -> str:
    if isinstance(body, str):
        return body
    if depth > 4:
        return ""
    if isinstance(body, dict):
        for name in ("Message", "message", "ErrorMessage", "error", "description", "errors", "Messages", "Errors"):
            if name in body and (said := _sentence(body[name], depth=depth + 1)):
                return said
        return ""
    if isinstance(body, list) and body:
        return _sentence(body[0], depth=depth + 1)
    return ""


def _unanswered(label: str, error: AnymailRequestsAPIError) -> ChannelError:
    if isinstance(error, requests.exceptions.InvalidURL):
        advice = "An operator can allow it by OUTGOING_HTTP_ALLOWED."
        return ChannelError(ErrorKind.PERMANENT, f"The address of {label} is not one that we may call. {advice}")
    if isinstance(error, requests.ConnectionError):
        return ChannelError(ErrorKind.RETRY, f"{label} cannot be reached.")
    return ChannelError(ErrorKind.UNCERTAIN, f"{label} did not answer in time: it may or may not have arrived.")


def _pause(response: requests.Response) -> int | None:
    after = response.headers.get("Retry-After", "")
    return int(after) if after.isdecimal() else None
