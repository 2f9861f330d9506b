"""Macros: texts and actions that agents put into their draft; nothing is sent or done before they send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from core.clock import now
from core.errors import Invalid, NotAllowed
from core.events.bus import unit_of_work
from core.events.catalogue import MacroApplied
from people.models import Agent, Team
from people.policy import may, require
from routing.actions import ACTIONS
from routing.actions.wording import unknown_placeholder
from routing.models import Macro
from routing.selectors.macros import macros_for
from routing.services import action_lists
from tickets.models import Message, MessageKind, Ticket, TicketEvent
from tickets.services import journal

MOST_TEXTS = 40
LONGEST_TEXT = 20_000
NEEDS_SEND = "This macro asks the customer something: use it in a reply; it is done with Send."


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroDraft:
    """For all, for a `team`, or for its `owner` alone."""

    name: str
    actions: Sequence[Mapping[str, Any]] = ()
    texts: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    description: str = ""
    team: Team | None = None
    owner: Agent | None = None
    position: int = 100
    is_active: bool = True


def save_macro(draft: MacroDraft, *, macro: Macro | None = None, by: Agent | None = None) -> Macro:
    """Create or change a macro. Agents keep their own ones; those of teams and of all need a manager."""
    if by:
        _require_own(macro, by)
        if draft.owner != by:
            require(by, "manage_desk")
    if not draft.name.strip():
        raise Invalid("Give the macro a name.", fields={"name": "Give the macro a name."})
    texts, actions = _texts(draft.texts), _actions(draft.actions, by)
    if not texts and not actions:
        raise Invalid("Give it a text or an action.", fields={"actions": "Choose an action, or write a text."})
    saved = macro or Macro()
    saved.name, saved.description, saved.texts, saved.actions = draft.name.strip(), draft.description, texts, actions
    saved.team, saved.owner = draft.team, draft.owner
    saved.position, saved.is_active, saved.updated_at = draft.position, draft.is_active, now()
    saved.changed_by = by
    saved.save()
    return saved


def archive_macro(macro: Macro, *, by: Agent) -> None:
    """Put it away; what it did stays told under its name."""
    _require_own(macro, by)
    Macro.objects.filter(pk=macro.pk).update(archived_at=now(), is_active=False)


def restore_macro(macro: Macro, *, by: Agent) -> None:
    _require_own(macro, by)
    Macro.objects.filter(pk=macro.pk).update(archived_at=None)


def delete_macro(macro: Macro, *, by: Agent) -> None:
    _require_own(macro, by)
    macro.delete()


def apply_macro(ticket: Ticket, *, macro: Macro, agent: Agent, message_id: int | None = None) -> list[str]:
    """Run its actions, whole or not at all, once with a message; returns what was done, in words."""
    actor = agent.as_actor()
    if action_lists.wait_for_send(macro.actions) and not _is_reply(message_id):
        require(agent, "reply")
        raise Invalid(NEEDS_SEND, fields={"macro": NEEDS_SEND})
    with unit_of_work():
        fresh = journal.locked(ticket)
        if message_id and _was_applied(fresh, macro, message_id):
            return []
        done = action_lists.run(macro.actions, fresh, actor=actor)
        journal.record(fresh, MacroApplied(macro_id=macro.pk, macro=macro.name, message_id=message_id), actor=actor)
        Macro.objects.filter(pk=macro.pk).update(use_count=F("use_count") + 1, used_at=now())
    return done


def apply_with_message(ticket: Ticket, *, macro_ids: Sequence[int], message_id: int, agent: Agent) -> None:
    """The macros that waited in the draft, done with its Send; a repeated Send does them no second time."""
    usable = {macro.pk: macro for macro in macros_for(agent).filter(pk__in=macro_ids)}
    for macro_id in dict.fromkeys(macro_ids):
        if macro_id not in usable:
            raise Invalid("A macro is gone.", fields={"macros": "Take it off and send again."})
        apply_macro(ticket, macro=usable[macro_id], agent=agent, message_id=message_id)


def _is_reply(message_id: int | None) -> bool:
    """Nobody who writes a note expects that the customer hears anything."""
    return Message.objects.filter(pk=message_id or 0, kind=MessageKind.REPLY).exists()


def _was_applied(ticket: Ticket, macro: Macro, message_id: int) -> bool:
    applied = TicketEvent.objects.filter(ticket=ticket, kind=MacroApplied.key())
    return applied.filter(data__macro_id=macro.pk, data__message_id=message_id).exists()


def _actions(actions: Sequence[Mapping[str, Any]], by: Agent | None) -> list[dict[str, Any]]:
    for index, item in enumerate(actions):
        action = ACTIONS.get(str(item.get("action")))
        if action and action.sends:
            reason = "A macro sends nothing by itself: write the text above, it goes into the draft."
            raise Invalid(reason, fields={f"actions/{index}": reason})
    return action_lists.checked(actions, by=by)


def _texts(texts: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    kept: dict[tuple[str, str], str] = {}
    for index, item in enumerate(texts):
        language, channel = item.get("language", "").strip().lower(), item.get("channel", "").strip()
        text = item.get("text", "").replace("\x00", "").strip()
        if not text:
            continue
        if len(text) > LONGEST_TEXT:
            raise Invalid("A text is too long.", fields={f"texts/{index}": f"At most {LONGEST_TEXT:,} characters."})
        if unknown := unknown_placeholder(text):
            reason = f"There is no placeholder {{{{{unknown}}}}}."
            raise Invalid(reason, fields={f"texts/{index}": reason})
        if (language, channel) in kept:
            reason = "There are two texts for the same language and channel."
            raise Invalid(reason, fields={f"texts/{index}": reason})
        kept[language, channel] = text
    if len(kept) > MOST_TEXTS:
        raise Invalid("Too many texts.", fields={"texts": f"At most {MOST_TEXTS} texts."})
    return [{"language": language, "channel": channel, "text": text} for (language, channel), text in kept.items()]


def _require_own(macro: Macro | None, agent: Agent) -> None:
    if macro is not None and macro.owner_id != agent.pk and not may(agent, "manage_desk"):
        raise NotAllowed("Only managers change what others use.")
