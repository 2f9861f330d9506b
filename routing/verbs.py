"""What agents do to tickets from lists and pages: each verb calls one service and knows what would take it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.errors import Invalid, NotFound
from core.events.catalogue import Actor
from core.given import moment, optional_whole
from people.models import Agent
from people.selectors.agents import active_agents, active_teams
from routing.selectors.macros import macros_for
from routing.services.macros import apply_macro
from tickets.models import CustomField, FieldKind, Ticket
from tickets.services import changes, follow
from tickets.services.custom_fields import set_fields

Values = Mapping[str, str]


def _no_way_back(ticket: Ticket, values: Values) -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Verb:
    """`undo` gives the verb and the values that restore what the ticket was before."""

    do: Callable[[Ticket, Values, Actor], object]
    undo: Callable[[Ticket, Values], dict[str, str]] = _no_way_back


def verb_named(name: str) -> Verb:
    if name not in VERBS:
        raise NotFound("There is no such action.")
    return VERBS[name]


def takes_back(name: str) -> bool:
    """Whether what the verb does to a ticket can be undone later."""
    return verb_named(name).undo is not _no_way_back


def left_as(ticket: Ticket, back: Values) -> str:
    """What taking back would overwrite: as long as it is the same, nobody changed it since. Tags and followers are
    added and removed one by one, which overwrites nobody."""
    if back["verb"] == "fields":
        return str(ticket.fields.get(back["field"]))
    column = _OVERWRITTEN.get(back["verb"])
    return str(getattr(ticket, column)) if column else ""


_OVERWRITTEN = {
    "assign": "assignee_id", "team": "team_id", "status": "status", "priority": "priority", "subject": "subject",
    "wake": "snoozed_until",
}  # fmt: skip


def _assign(ticket: Ticket, values: Values, actor: Actor) -> None:
    agent_id = optional_whole(values.get("agent", ""), "agent")
    agent: Agent | None = None
    if agent_id is not None:
        agent = active_agents().filter(pk=agent_id).first()
        if agent is None:
            raise Invalid("This agent has left.", fields={"agent": "Choose somebody else."})
    changes.assign(ticket, agent=agent, actor=actor)


def _team(ticket: Ticket, values: Values, actor: Actor) -> None:
    team_id = optional_whole(values.get("team", ""), "team")
    team = active_teams().filter(pk=team_id).first() if team_id is not None else None
    if team_id is not None and team is None:
        raise Invalid("This team is gone.", fields={"team": "Choose another team."})
    changes.assign_team(ticket, team=team, actor=actor)


def _status(ticket: Ticket, values: Values, actor: Actor) -> None:
    changes.set_status(ticket, status=values.get("status", ""), actor=actor)


def _priority(ticket: Ticket, values: Values, actor: Actor) -> None:
    changes.set_priority(ticket, priority=values.get("priority", ""), actor=actor)


def _subject(ticket: Ticket, values: Values, actor: Actor) -> None:
    changes.set_subject(ticket, subject=values.get("subject", ""), actor=actor)


def _tags(ticket: Ticket, values: Values, actor: Actor) -> None:
    if added := _listed(values.get("add", "")):
        changes.add_tags(ticket, tags=added, actor=actor)
    if removed := _listed(values.get("remove", "")):
        changes.remove_tags(ticket, tags=removed, actor=actor)


def _undo_tags(ticket: Ticket, values: Values) -> dict[str, str]:
    added = [tag for tag in map(changes.normal_tag, _listed(values.get("add", ""))) if tag not in ticket.tags]
    removed = [tag for tag in map(changes.normal_tag, _listed(values.get("remove", ""))) if tag in ticket.tags]
    return {"verb": "tags", "add": ",".join(removed), "remove": ",".join(added)}


def _fields(ticket: Ticket, values: Values, actor: Actor) -> None:
    set_fields(ticket, values={values.get("field", ""): _field_value(values)}, actor=actor)


def _field_value(values: Values) -> str | list[str]:
    """Several choices come a line each."""
    key, value = values.get("field", ""), values.get("value", "")
    takes_several = CustomField.objects.filter(key=key, kind=FieldKind.CHOICES).exists()
    return [line for line in value.split("\n") if line] if takes_several else value


def _undo_fields(ticket: Ticket, values: Values) -> dict[str, str]:
    before = ticket.fields.get(values.get("field", ""))
    text = "\n".join(before) if isinstance(before, list) else "" if before is None else str(before)
    return {"verb": "fields", "field": values.get("field", ""), "value": text}


def _snooze(ticket: Ticket, values: Values, actor: Actor) -> None:
    changes.snooze(ticket, until=moment(values.get("until", ""), "until"), actor=actor)


def _wake(ticket: Ticket, values: Values, actor: Actor) -> None:
    changes.wake(ticket, why=f"{actor.name} woke it", actor=actor)


def _follow(ticket: Ticket, values: Values, actor: Actor) -> None:
    agent = active_agents().get(pk=actor.id or 0)
    if values.get("on") == "1":
        follow.follow(ticket, agent=agent, actor=actor)
    else:
        follow.unfollow(ticket, agent=agent, actor=actor)


def _macro(ticket: Ticket, values: Values, actor: Actor) -> None:
    agent = active_agents().get(pk=actor.id or 0)
    macro = macros_for(agent).filter(pk=optional_whole(values.get("macro", ""), "macro") or 0).first()
    if macro is None:
        raise Invalid("This macro is gone.", fields={"macro": "Choose another one."})
    apply_macro(ticket, macro=macro, agent=agent)


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _id(value: int | None) -> str:
    return "" if value is None else str(value)


VERBS: dict[str, Verb] = {
    "assign": Verb(_assign, lambda t, v: {"verb": "assign", "agent": _id(t.assignee_id)}),
    "team": Verb(_team, lambda t, v: {"verb": "team", "team": _id(t.team_id)}),
    "status": Verb(_status, lambda t, v: {"verb": "status", "status": t.status}),
    "priority": Verb(_priority, lambda t, v: {"verb": "priority", "priority": t.priority}),
    "subject": Verb(_subject, lambda t, v: {"verb": "subject", "subject": t.subject}),
    "tags": Verb(_tags, _undo_tags),
    "fields": Verb(_fields, _undo_fields),
    "snooze": Verb(_snooze, lambda t, v: {"verb": "wake"}),
    "wake": Verb(_wake),
    "macro": Verb(_macro),
    "follow": Verb(_follow, lambda t, v: {"verb": "follow", "on": "" if v.get("on") == "1" else "1"}),
}
