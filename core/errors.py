"""The errors that people may see: a stable code, an HTTP status and a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class HelpdeskError(Exception):
    """Base of every refusal. `code` is stable for programs, `message` is for people, `fields` names form fields.
    `word` names the sentence for doors that say it in a customer's language."""

    code = "error"
    status = 400

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
        word: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        self.details = dict(details or {})
        self.word = word


class Invalid(HelpdeskError):
    """The input is wrong; `fields` says where."""

    code = "invalid"
    status = 422


class NotAllowed(HelpdeskError):
    """The person may see the thing but not do this to it."""

    code = "not_allowed"
    status = 403


class NotFound(HelpdeskError):
    """It does not exist, or the person may not know that it does."""

    code = "not_found"
    status = 404


class Conflict(HelpdeskError):
    """As things are, this does not go: somebody was quicker, or something else has to be done first. `details` holds
    what the person has not seen yet."""

    code = "conflict"
    status = 409


class TakesTooLong(HelpdeskError):
    """Asked of too much at once; the message says how to ask for less."""

    code = "takes_too_long"
    status = 503


class TooLarge(HelpdeskError):
    """Over a size limit; the message names the limit."""

    code = "too_large"
    status = 413


class TooMany(HelpdeskError):
    """Over a rate limit; `details["retry_after"]` is in seconds."""

    code = "too_many"
    status = 429
