"""Who wrote: a person, a program, a list or a mail system. What is decided here keeps two robots from talking."""

import re

from channels_in.email.parse import bounce_words as words
from channels_in.email.parse.bounces import NO_REPORT, read_bounces
from channels_in.email.parse.feedback import read_feedback_report
from channels_in.email.parse.headers import Headers
from channels_in.email.parse.mime import Part
from channels_in.email.parse.model import Nature

_AUTOMATIC_PRECEDENCE = frozenset(("auto_reply", "auto-reply", "bulk", "junk"))
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "list-help", "x-mailman-version", "mailing-list")
_ANY_VALUE = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply")
_SUPPRESS = re.compile(r"\b(dr|autoreply|all|oof)\b", re.IGNORECASE)
_ROBOTS = re.compile(r"^(mailer[-_.]?daemon|postmaster|no[-_.]?reply|do[-_.]?not[-_.]?reply|bounces?)\b", re.IGNORECASE)
# Only together with a sign of automation in the headers: people write such subjects too.
_AWAY_SUBJECT = re.compile(
    r"^(automatic reply|auto(?:matic)?[ -]?reply|autosvar|out of (?:the )?office|automatische antwort|abwesenheit"
    r"|abwesend|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina|risposta automatica"
    r"|fuori ufficio|resposta automática|automatisch antwoord|afwezig|odpowiedź automatyczna|автоответ|自動応答"
    r"|自动回复|自動回覆)\b",
    re.IGNORECASE,
)


def read_nature(root: Part, subject: str, sender: str, text: str = "") -> Nature:
    headers = root.headers
    is_challenge = _is_challenge(root, subject, sender, text)
    report = NO_REPORT if is_challenge else read_bounces(root, subject, sender, text)
    feedback = read_feedback_report(root)
    is_auto = is_challenge or _is_automatic(headers, subject) or _is_calendar_answer(root) or _is_receipt(root)
    is_list = any(headers.has(name) for name in _LIST_HEADERS) or _precedence(headers) == "list"
    return Nature(
        is_auto_reply=is_auto,
        is_bounce=report.is_bounce,
        is_uncertain_bounce=report.is_uncertain,
        is_feedback_report=feedback is not None,
        is_list=is_list,
        refuses_automatic_answers=(
            is_auto or report.is_bounce or is_list or feedback is not None or _asks_for_silence(headers, sender)
        ),
        bounces=report.bounces,
        complained_recipient=feedback.recipient if feedback else "",
        complained_message_id=feedback.message_id if feedback else "",
    )


def _precedence(headers: Headers) -> str:
    value = headers.first_filled("precedence") or headers.first_filled("x-precedence")
    return value.strip().lower()


def _is_automatic(headers: Headers, subject: str) -> bool:
    submitted = headers.first_filled("auto-submitted").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if _precedence(headers) in _AUTOMATIC_PRECEDENCE:
        return True
    if any(headers.has(name) for name in _ANY_VALUE):
        return True
    if any("autoresponder" in value.lower() for value in headers.all_raw("delivered-to")):
        return True
    has_weak_sign = headers.has("x-auto-response-suppress") or headers.raw("return-path").strip() == "<>"
    return has_weak_sign and _AWAY_SUBJECT.match(subject) is not None


def _asks_for_silence(headers: Headers, sender: str) -> bool:
    return bool(
        any(_SUPPRESS.search(value) for value in headers.all_raw("x-auto-response-suppress"))
        or headers.raw("return-path").strip() == "<>"
        or headers.has("feedback-id")
        or _ROBOTS.match(sender)
    )


def _is_challenge(root: Part, subject: str, sender: str, text: str) -> bool:
    """A filter asks the sender to prove that they are a person before it delivers: nobody here should."""
    if any(root.headers.has(name) for name in words.CHALLENGE_HEADERS):
        return True
    # A mail system that reports a failure may quote such words; a challenge comes in the receiver's or a robot's name.
    if words.SYSTEM_SENDER.match(sender):
        return False
    is_told = words.CHALLENGE_SUBJECT.search(subject) or (_ROBOTS.match(sender) and root.type == "multipart/report")
    return bool(is_told) and words.CHALLENGE.search(text[:4000]) is not None


def _is_calendar_answer(root: Part) -> bool:
    return any(
        part.type == "text/calendar" and part.parameters.get("method", "").upper() == "REPLY" for part in root.walk()
    )


def _is_receipt(root: Part) -> bool:
    """A read receipt (RFC 8098)."""
    return root.parameters.get("report-type", "").lower() == "disposition-notification"
