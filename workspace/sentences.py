"""What happened, as one sentence a colleague would say: each kind of event of a ticket's journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime

from csat.models import Cause, Outcome
from csat.models.rating import BAD_TO
from sla.models import EscalationAction
from tickets.models import Priority, Status, TicketEvent
from tickets.selectors.rows import METRIC_NAMES, duration_text
from workspace.directory import Directory

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sentence:
    icon: str
    text: str
    is_alarming: bool = False
    # What may still be prevented: said louder than the rest, not as loud as what went wrong.
    is_warning: bool = False


def sentence(event: TicketEvent, names: Directory) -> Sentence:
    """Unknown kinds (of a newer release) are told by their name rather than hidden."""
    writer = _WRITERS.get(event.kind)
    who = f"The rule “{event.actor_name}”" if event.actor_kind == "rule" else event.actor_name or "Helpdesk"
    if writer is None:
        return Sentence("info", f"{who}: {event.kind}")
    return writer(who, event.data, names)


def _why(data: Data) -> str:
    told = str(data.get("reason") or "")
    return f" ({told[:1].lower()}{told[1:]})" if told else ""


def _opened(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("plus", f"{who} opened the ticket")


def _assigned(who: str, data: Data, names: Directory) -> Sentence:
    if data.get("after") is not None and names.agent(data["after"]) == who:
        return Sentence("user-check", f"{who} took it")
    reason = _why(data)
    after = data.get("after")
    if after is None:
        return Sentence("user", f"{who} unassigned {names.agent(data.get('before'))}{reason}")
    return Sentence("user-check", f"{who} assigned {names.agent(after)}{reason}")


def _team(who: str, data: Data, names: Directory) -> Sentence:
    if data.get("after") is None:
        return Sentence("users", f"{who} took it from {names.team(data.get('before'))}")
    return Sentence("users", f"{who} moved it to {names.team(data['after'])}{_why(data)}")


def _status(who: str, data: Data, names: Directory) -> Sentence:
    before, after = (_label(Status, data.get(key)) for key in ("before", "after"))
    if data.get("undoes"):
        return Sentence("undo-2", f"{who} took {before} back: {after}, as if it had never been")
    return Sentence("circle-dot", f"{who} changed status {before} → {after}")


def _priority(who: str, data: Data, names: Directory) -> Sentence:
    before, after = (_label(Priority, data.get(key)) for key in ("before", "after"))
    return Sentence("flag", f"{who} changed priority {before} → {after}")


def _tagged(who: str, data: Data, names: Directory) -> Sentence:
    parts = []
    if data.get("added"):
        parts.append("added " + ", ".join(data["added"]))
    if data.get("removed"):
        parts.append("removed " + ", ".join(data["removed"]))
    return Sentence("tag", f"{who} {' and '.join(parts) or 'changed tags'}")


def _skills(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("user-check", f"{who} asks for somebody with {', '.join(data.get('added') or ())}")


def _subject(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("pencil", f"{who} renamed it, before: {data.get('before') or '(no subject)'}")


def _fields(who: str, data: Data, names: Directory) -> Sentence:
    after: Data = data["after"] if isinstance(data.get("after"), dict) else {}
    answered = [f"{names.label(key)} to {_plain(value)}" for key, value in after.items() if value is not None]
    cleared = [names.label(key) for key, value in after.items() if value is None]
    parts = [f"set {', '.join(answered)}"] if answered else []
    if cleared:
        parts.append(f"cleared {', '.join(cleared)}")
    return Sentence("pencil", f"{who} {' and '.join(parts) or 'changed fields'}")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _snoozed(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("alarm-clock", f"{who} snoozed it until {_when(data.get('until'))}")


def _scheduled(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("clock", f"{who} wrote a reply that leaves {_when(data.get('send_at'))}")


def _unscheduled(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("undo-2", f"{who} took the scheduled reply back")


def _held(who: str, data: Data, names: Directory) -> Sentence:
    why = str(data.get("reason") or "")
    return Sentence("triangle-alert", f"The scheduled reply was held back: {why}", is_alarming=True)


def _redacted(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("trash-2", f"{who} removed what a message said")


def _woken(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("bell", f"Woke up: {data.get('why') or 'its time has come'}")


def _followed(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("star", f"{names.agent(data.get('agent_id'))} follows it")


def _unfollowed(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("star", f"{names.agent(data.get('agent_id'))} no longer follows it")


def _near(who: str, data: Data, names: Directory) -> Sentence:
    left = duration_text(timedelta(seconds=data.get("left_seconds") or 0))
    share = f", {data['percent']} % of the time has passed" if data.get("percent") else ""
    text = f"{_metric(data)} is due at {_when(data.get('due_at'))}{share}"
    return Sentence("timer", f"{text}, {left} left" if data.get("left_seconds") else text, is_warning=True)


def _breached(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("circle-x", f"{_metric(data)} missed its target of {_when(data.get('due_at'))}", is_alarming=True)


def _escalated(who: str, data: Data, names: Directory) -> Sentence:
    done = dict(EscalationAction.choices).get(str(data.get("action")), "Escalated")
    told = ", ".join(names.agent(pk) for pk in data.get("agent_ids") or ())
    return Sentence("circle-x", f"{done}{f' ({told})' if told else ''}: {data.get('why')}", is_alarming=True)


def _rule(who: str, data: Data, names: Directory) -> Sentence:
    actions = "; ".join(data.get("actions") or ())
    version = f" (version {data['version']})" if data.get("version") else ""
    return Sentence("zap", f"The rule “{data.get('rule')}” ran{version}" + (f": {actions}" if actions else ""))


def _macro(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("zap", f"{who} ran {data.get('macro')}")


def _moved_out(who: str, data: Data, names: Directory) -> Sentence:
    what, other = _messages(data), f"#{data.get('other_number')}"
    if data.get("undoes"):
        return Sentence("undo-2", f"{who} moved {what} back to {other}")
    if data.get("is_merge"):
        return Sentence("merge", f"{who} merged it into {other}, with {what}")
    if data.get("made_ticket"):
        return Sentence("split", f"{who} split {what} off to the new ticket {other}")
    return Sentence("corner-up-right", f"{who} moved {what} to {other}")


def _moved_back(who: str, data: Data, names: Directory) -> Sentence:
    done = "the merge into" if data.get("is_merge") else "the move to"
    return Sentence("undo-2", f"{who} undid {done} #{data.get('other_number')}: {_messages(data)} came back")


def _side_asked(who: str, data: Data, names: Directory) -> Sentence:
    to = ", ".join(data.get("to") or ()) or "a third party"
    verb = "asked" if data.get("opened") else "wrote to"
    return Sentence("messages-square", f"{who} {verb} {to} in the side conversation “{data.get('subject')}”")


def _side_answered(who: str, data: Data, names: Directory) -> Sentence:
    answered = "answered automatically" if data.get("is_automatic") else "answered"
    return Sentence(
        "messages-square", f"{data.get('sender') or who} {answered} in the side conversation “{data.get('subject')}”"
    )


def _side_closed(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("messages-square", f"{who} closed the side conversation “{data.get('subject')}”")


_OF_CONTACT = {
    "tier": "the contact's tier",
    "organization_tier": "the organization's tier",
    "name": "the contact's name",
}


def _contact(who: str, data: Data, names: Directory) -> Sentence:
    what = str(data.get("what"))
    if what in _OF_CONTACT:
        before, after = (str(data.get(key) or "none") for key in ("before", "after"))
        return Sentence("user", f"{_OF_CONTACT[what].capitalize()} changed: {before} → {after}")
    if what == "address":
        return Sentence("user", f"The contact has one more address: {data.get('after')}")
    return Sentence("user", f"The contact was {what}")


def _csat_asked(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("smile", f"The customer was asked for a rating (survey “{data.get('survey')}”)")


def _rated(who: str, data: Data, names: Directory) -> Sentence:
    score, before = data.get("score") or 0, data.get("before")
    changed = f", before: {before}" if before is not None and before != score else ""
    words = " and wrote a comment" if data.get("has_comment") else ""
    verb = "rated again" if before is not None else "rated"
    is_low = score <= BAD_TO
    # A face in the chat is clicked first, the word comes after.
    if words and before == score:
        return Sentence("circle-alert" if is_low else "smile", f"{who} wrote why they rated {score} of 5", is_low)
    return Sentence("circle-alert" if is_low else "smile", f"{who} {verb}: {score} of 5{changed}{words}", is_low)


def _recovery_opened(who: str, data: Data, names: Directory) -> Sentence:
    owner = names.agent(data["owner_id"]) if data.get("owner_id") else "A manager"
    text = f"{owner} gets in touch with the unhappy customer by {_when(data.get('due_at'))}"
    return Sentence("phone", text, is_alarming=True)


def _recovery_overdue(who: str, data: Data, names: Directory) -> Sentence:
    text = f"Nobody has said what came of the bad rating by {_when(data.get('due_at'))}"
    return Sentence("circle-x", text, is_alarming=True)


def _recovery_closed(who: str, data: Data, names: Directory) -> Sentence:
    outcome = dict(Outcome.choices).get(str(data.get("outcome")), "It was settled")
    cause = dict(Cause.choices).get(str(data.get("cause")), "")
    late = "" if data.get("is_in_time") else ", late"
    return Sentence("circle-check", f"{who} settled the bad rating{late}: {outcome}{f' ({cause})' if cause else ''}")


def _chat_unanswered(who: str, data: Data, names: Directory) -> Sentence:
    minutes = max(round(int(data.get("waited_seconds") or 0) / 60), 1)
    told = "; the visitor was told to expect an answer by mail" if data.get("message_id") else ""
    whom = "Nobody who could answer the chat is there" if data.get("why") == "nobody" else "Nobody answered the chat"
    return Sentence("message-circle", f"{whom} for {minutes} min{told}", is_alarming=True)


def _chat_ended(who: str, data: Data, names: Directory) -> Sentence:
    ended = f"{who} ended the chat"
    how = {"visitor": ended, "agent": ended, "left": "The visitor left the chat before anybody answered"}
    return Sentence("message-circle", how.get(str(data.get("how")), "The chat ended with the ticket"))


def _chat_resumed(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("undo-2", f"{who} took it back that the chat had ended")


def _callback_planned(who: str, data: Data, names: Directory) -> Sentence:
    is_booked, is_moved = data.get("is_booked"), data.get("moved_from")
    verb = "moved the callback to" if is_moved else "booked a callback for" if is_booked else "planned a callback for"
    asked = ", as the customer asked" if data.get("asked_by") == "contact" and not is_moved and not is_booked else ""
    return Sentence("phone", f"{who} {verb} {_when(data.get('starts_at'))} to {_time(data.get('ends_at'))}{asked}")


def _callback_made(who: str, data: Data, names: Directory) -> Sentence:
    late = "" if data.get("is_kept") else ", late"
    if data.get("outcome") == "no_answer":
        return Sentence("phone", f"{who} called{late}, and nobody answered")
    return Sentence("phone", f"{who} called the customer back{late}")


def _callback_moved(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("phone", f"{who} agreed on another time for the callback")


def _callback_cancelled(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("phone", f"{who} called the callback off")


def _callback_near(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("bell", f"The callback of {_when(data.get('starts_at'))} is about to begin")


def _callback_missed(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("circle-x", f"Nobody called by {_when(data.get('ends_at'))}: the callback was missed", True)


def _callback_undone(who: str, data: Data, names: Directory) -> Sentence:
    return Sentence("undo-2", f"{who} took back what was said of the callback: it is to be made")


def _messages(data: Data) -> str:
    count = len(data.get("message_ids") or ())
    return "a message" if count == 1 else f"{count} messages"


def _metric(data: Data) -> str:
    return METRIC_NAMES.get(str(data.get("metric")), "Answer")


def _label(choices: type[Status] | type[Priority], value: object) -> str:
    return str(dict(choices.choices).get(str(value), value))


def _when(text: object) -> str:
    moment = parse_datetime(str(text or ""))
    return date_format(localtime(moment), "j M H:i") if moment else "later"


def _time(text: object) -> str:
    moment = parse_datetime(str(text or ""))
    return date_format(localtime(moment), "H:i") if moment else "later"


_WRITERS: dict[str, Callable[[str, Data, Directory], Sentence]] = {
    "TicketOpened": _opened,
    "TicketAssigned": _assigned,
    "TeamAssigned": _team,
    "StatusChanged": _status,
    "PriorityChanged": _priority,
    "TicketTagged": _tagged,
    "SkillsRequired": _skills,
    "SubjectChanged": _subject,
    "FieldsChanged": _fields,
    "TicketSnoozed": _snoozed,
    "ReplyScheduled": _scheduled,
    "ScheduledReplyCancelled": _unscheduled,
    "ScheduledReplyHeld": _held,
    "MessageRedacted": _redacted,
    "TicketWoken": _woken,
    "FollowerAdded": _followed,
    "FollowerRemoved": _unfollowed,
    "SLABreachNear": _near,
    "SLABreached": _breached,
    "SLAEscalated": _escalated,
    "ContactUpdated": _contact,
    "RuleRan": _rule,
    "MacroApplied": _macro,
    "MessagesMovedOut": _moved_out,
    "MessagesMovedBack": _moved_back,
    "SideMessageQueued": _side_asked,
    "SideMessageReceived": _side_answered,
    "SideConversationClosed": _side_closed,
    "CsatAsked": _csat_asked,
    "RatingGiven": _rated,
    "RecoveryOpened": _recovery_opened,
    "RecoveryOverdue": _recovery_overdue,
    "RecoveryClosed": _recovery_closed,
    "ChatUnanswered": _chat_unanswered,
    "ChatEnded": _chat_ended,
    "ChatResumed": _chat_resumed,
    "CallbackPlanned": _callback_planned,
    "CallbackMade": _callback_made,
    "CallbackMoved": _callback_moved,
    "CallbackCancelled": _callback_cancelled,
    "CallbackNear": _callback_near,
    "CallbackMissed": _callback_missed,
    "CallbackUndone": _callback_undone,
}
