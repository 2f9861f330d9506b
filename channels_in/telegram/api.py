"""Calls of the Bot API, with Telegram's refusals in our words. Every address holds the token, so none is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from channels_in.base import ChannelError, ErrorKind
from channels_in.telegram.files import MAX_FETCH_BYTES
from channels_in.telegram.parse import BLOCKED
from core import http
from tickets.models import Inbox

DEFAULT_BASE = "https://api.telegram.org"
UPLOAD_SECONDS = 60.0

_NO_ANSWER = "Telegram did not answer in time: the message may or may not have arrived."
_REFUSED_LOGIN = "Telegram refuses the bot's token. Enter a new one and connect the bot again."
_GONE = "The customer's Telegram account does not exist any more."
_NEVER_STARTED = "The customer has not started the bot, so it may not write to them."
_NO_CHAT = "Telegram does not know this chat any more."
_TOO_LARGE = "The file is too large for Telegram."


def call(inbox: Inbox, method: str, payload: Mapping[str, Any]) -> Any:
    """The result of a method. Raises ChannelError; UNCERTAIN when nobody knows whether it was carried out."""
    try:
        answer = http.post_json(f"{_bot_url(inbox)}/{method}", payload)
    except http.HttpError as error:
        raise _unanswered(error) from error
    return _result(answer)


def upload(inbox: Inbox, method: str, fields: Mapping[str, str], field: str, file: tuple[str, bytes, str]) -> Any:
    """As `call`, with a file (name, content, content type) in the form field."""
    try:
        answer = http.post_form(f"{_bot_url(inbox)}/{method}", fields, {field: file}, seconds=UPLOAD_SECONDS)
    except http.HttpError as error:
        raise _unanswered(error) from error
    return _result(answer)


def download(inbox: Inbox, file_id: str) -> bytes:
    """The content of a file that a customer sent. Raises ChannelError; asking again is always safe here."""
    try:
        path = str(_result(http.post_json(f"{_bot_url(inbox)}/getFile", {"file_id": file_id}))["file_path"])
        url = f"{_base(inbox)}/file/bot{_token(inbox)}/{quote(path)}"
        answer = http.get(url, max_bytes=MAX_FETCH_BYTES)
    except http.AnswerTooLarge as error:
        raise ChannelError(ErrorKind.PERMANENT, "It is larger than the 20 MB that bots may fetch.") from error
    except http.NotAllowedThere as error:
        raise ChannelError(ErrorKind.PERMANENT, str(error)) from error
    except http.HttpError as error:
        raise ChannelError(ErrorKind.RETRY, "Telegram's file server did not answer.") from error
    if answer.is_ok:
        return answer.body
    if answer.status >= 500 or answer.status == 429:
        raise ChannelError(ErrorKind.RETRY, "Telegram's file server is busy.")
    raise ChannelError(ErrorKind.PERMANENT, "Telegram does not have this file any more.")


def _base(inbox: Inbox) -> str:
    return str(inbox.config.get("api_base") or DEFAULT_BASE).rstrip("/")


def _token(inbox: Inbox) -> str:
    token = str(inbox.secrets.get("token") or "")
    if not token:
        raise ChannelError(ErrorKind.REAUTH, "This inbox has no bot token yet. Enter one in its settings.")
    return quote(token, safe=":")


def _bot_url(inbox: Inbox) -> str:
    return f"{_base(inbox)}/bot{_token(inbox)}"


def _unanswered(error: http.HttpError) -> ChannelError:
    if isinstance(error, http.NotReached):
        return ChannelError(ErrorKind.RETRY, "Telegram cannot be reached at the moment.")
    if isinstance(error, http.NotAllowedThere):
        return ChannelError(ErrorKind.PERMANENT, f"The Bot API address of this inbox is refused: {error}")
    return ChannelError(ErrorKind.UNCERTAIN, _NO_ANSWER)


def _result(answer: http.Answer) -> Any:
    try:
        told = answer.json()
        is_ok = bool(told["ok"])
    except (ValueError, TypeError, KeyError) as error:
        if answer.status >= 500:
            raise ChannelError(ErrorKind.RETRY, "Telegram is out of order at the moment.") from error
        raise ChannelError(ErrorKind.UNCERTAIN, "Telegram gave an answer that makes no sense.") from error
    if is_ok:
        return told.get("result")
    raise _refusal(int(told.get("error_code") or answer.status), told)


def _refusal(code: int, told: dict[str, Any]) -> ChannelError:
    description = str(told.get("description") or "")
    if code == 429:
        wait = (told.get("parameters") or {}).get("retry_after")
        seconds = int(wait) if wait is not None else None
        return ChannelError(ErrorKind.RETRY, "Telegram asks to send more slowly.", after_seconds=seconds)
    if code in (401, 404):
        return ChannelError(ErrorKind.REAUTH, _REFUSED_LOGIN)
    if code == 403:
        return ChannelError(ErrorKind.UNREACHABLE, _unreachable(description.lower()))
    if code >= 500:
        return ChannelError(ErrorKind.RETRY, "Telegram is out of order at the moment.")
    if code == 413:
        return ChannelError(ErrorKind.PERMANENT, _TOO_LARGE)
    if "chat not found" in description.lower() or "peer_id_invalid" in description.lower():
        return ChannelError(ErrorKind.PERMANENT, _NO_CHAT)
    return ChannelError(ErrorKind.PERMANENT, f"Telegram refused it: {description[:200] or code}")


def _unreachable(description: str) -> str:
    if "deactivated" in description:
        return _GONE
    if "initiate" in description:
        return _NEVER_STARTED
    return BLOCKED
