"""An invitation in a message as people read it: what became of it, what it is about, when in the reader's time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

_TITLES = {
    "REQUEST": "Invitation", "PUBLISH": "Event", "CANCEL": "Cancelled", "COUNTER": "Another time proposed",
    "REPLY": "Answer to an invitation", "ADD": "Invitation", "REFRESH": "Event", "DECLINECOUNTER": "Proposal declined",
}  # fmt: skip
_ANSWERS = {"ACCEPTED": "Accepted", "DECLINED": "Declined", "TENTATIVE": "Accepted for now", "DELEGATED": "Passed on"}


@dataclass(frozen=True, slots=True)
class InvitationCard:
    title: str
    summary: str
    when: str
    location: str
    organizer: str
    others: int
    repeats: bool
    is_cancelled: bool


def invitation_card(understood: Mapping[str, Any]) -> InvitationCard | None:
    known = understood.get("invitation")
    if not isinstance(known, dict):
        return None
    method = str(known.get("method", ""))
    answer = _ANSWERS.get(str(known.get("answer", "")), "")
    return InvitationCard(
        title=answer or _TITLES.get(method, "Event"),
        summary=str(known.get("summary", "")),
        when=_when(str(known.get("starts", "")), str(known.get("ends", ""))),
        location=str(known.get("location", "")),
        organizer=str(known.get("organizer", "")),
        others=len(known.get("attendees") or []),
        repeats=bool(known.get("repeats")),
        is_cancelled=method == "CANCEL",
    )


def _when(starts: str, ends: str) -> str:
    """ "Mon 30 Nov 2026, 10:00 to 11:30"; whole days have no time, and their end is the day after the last one."""
    begin, end = _moment(starts), _moment(ends)
    if begin is None:
        return ""
    if not isinstance(begin, datetime):
        last = end - timedelta(days=1) if end is not None and not isinstance(end, datetime) else begin
        return _day(begin) if last <= begin else f"{_day(begin)} to {_day(last)}"
    text = f"{_day(begin)}, {begin:%H:%M}"
    if isinstance(end, datetime):
        text += f" to {end:%H:%M}" if end.date() == begin.date() else f" to {_day(end)}, {end:%H:%M}"
    return text


def _moment(text: str) -> date | datetime | None:
    """In the reader's time zone; a time that names none is meant as it stands."""
    try:
        if "T" not in text:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return timezone.localtime(moment) if moment.tzinfo else moment


def _day(moment: date) -> str:
    return date_format(moment, "D j M Y")
