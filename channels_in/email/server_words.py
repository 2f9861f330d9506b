"""What a mail server's answer means to us: a table of its codes, said in words that an agent understands."""

from __future__ import annotations

import re
import ssl

from channels_in.base import ChannelError, ErrorKind

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_LOGIN_CODES = (530, 534, 535, 538)
_TOO_LARGE = ("5.3.4", "5.2.3")


class TooLargeForThem(ChannelError):
    """The server takes no mail of this size; without its files it would."""


def refusal(code: int, said: str) -> ChannelError:
    found = _STATUS.search(said)
    status = found.group(1) if found else ""
    shown = f"{code} {said}".strip()[:240]
    if code in _LOGIN_CODES:
        return ChannelError(ErrorKind.REAUTH, f"The mail server refused our login: {shown}")
    if code < 500:
        return ChannelError(ErrorKind.RETRY, f"The mail server asks to wait: {shown}")
    if status in _TOO_LARGE or (code == 552 and not status.startswith("5.2.2")):
        return TooLargeForThem(ErrorKind.PERMANENT, f"The mail is too large for the receiver: {shown}")
    if status.startswith("5.1.") or (code in (550, 551, 553) and not status):
        return ChannelError(ErrorKind.UNREACHABLE, f"There is no such mailbox: {shown}")
    if status.startswith("5.7."):
        return ChannelError(ErrorKind.PERMANENT, f"The receiver's server refuses mail from us: {shown}")
    return ChannelError(ErrorKind.PERMANENT, f"The mail server refused it: {shown}")


def refusal_of_all(refused: dict[str, tuple[int, bytes]]) -> ChannelError:
    """Of several refusals the one that leaves hope counts, else the first."""
    address, (code, answer) = next(iter(refused.items()))
    temporary = next(((item, given) for item, given in refused.items() if given[0] < 500), None)
    if temporary:
        address, (code, answer) = temporary
    error = refusal(code, words(answer))
    return type(error)(error.kind, f"{address}: {error.reason}"[:300])


def silence(error: Exception, *, was_sent: bool) -> ChannelError:
    if was_sent:
        return ChannelError(
            ErrorKind.UNCERTAIN, "The connection broke before the server confirmed: it may or may not have arrived."
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return ChannelError(
            ErrorKind.RETRY, f"The mail server's certificate cannot be trusted: {error.verify_message}."
        )
    return ChannelError(ErrorKind.RETRY, f"The mail server cannot be reached ({type(error).__name__}).")


def words(answer: object) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(text.split())
