"""What a change of all tickets that match would do, told before it begins: how many, the first ones, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from core.errors import Invalid
from core.given import moment, optional_whole
from people.models import Agent, Team
from people.selectors.agents import active_agents, active_teams
from routing.models import Macro
from routing.models.bulk import MOST_TICKETS
from routing.selectors.bulk import counted
from routing.selectors.macros import macros_for
from routing.services.action_lists import described, reaching_outside
from routing.services.bulk import require_no_send
from routing.verbs import takes_back, verb_named
from tickets.models import Priority, Status, Ticket
from tickets.selectors.access import tickets_visible_to
from tickets.selectors.filters import Filters, apply
from tickets.tags import normal_tag

SHOWN = 6
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One of the first tickets, and what it is now; `now` is empty where the change overwrites nothing."""

    number: int
    subject: str
    now: str


@dataclass(frozen=True, slots=True)
class Preview:
    """`count` goes no further than one more than is changed at once; `same` of them are so already."""

    words: str
    does: list[str]
    reaches: list[str]
    count: int
    same: int
    first: list[Line]
    can_undo: bool

    @property
    def is_too_many(self) -> bool:
        return self.count > MOST_TICKETS

    @property
    def rest(self) -> int:
        return self.count - len(self.first)


def preview(agent: Agent, *, verb: str, values: Values, filters: Filters, sort: str) -> Preview:
    """Nothing is changed or kept. `sort` is the keyset order of the list that the agent looks at. What the start would
    refuse is refused here, before anybody confirms it."""
    if verb == "macro":
        require_no_send(agent, values)
    found = apply(tickets_visible_to(agent), filters, agent=agent).order_by()
    macro = _macro(agent, values) if verb == "macro" else None
    return Preview(
        words=in_words(agent, verb=verb, values=values),
        does=_does(macro) if macro else [],
        reaches=reaching_outside(macro.actions) if macro else [],
        count=counted(found),
        same=_same(found, verb, values),
        first=_first(found, verb, sort),
        can_undo=takes_back(verb),
    )


def _does(macro: Macro) -> list[str]:
    told = described(macro.actions)
    return [*told, "Its text is not sent: it is for the answer to one ticket"] if macro.texts else told


def in_words(agent: Agent, *, verb: str, values: Values) -> str:
    """What is asked for: the name of the change, wherever it is told. Raises NotFound for a verb that there is not."""
    verb_named(verb)
    if verb == "assign":
        return f"Assign to {_agent(values)}" if values.get("agent") else "Assign to nobody"
    if verb == "team":
        return f"Move to {_team(values)}" if values.get("team") else "Take out of the team"
    if verb == "status":
        return f"Set the status to {_label(Status, values, verb)}"
    if verb == "priority":
        return f"Set the priority to {_label(Priority, values, verb)}"
    if verb == "tags":
        return " and ".join(_tags(values)).capitalize() or "Change no tags"
    if verb == "snooze":
        return f"Snooze until {localtime(moment(values.get('until', ''), 'until')):%-d %b %Y, %H:%M}"
    if verb == "macro":
        macro = _macro(agent, values)
        return f"Run the macro {macro.name}" if macro else "Run a macro"
    return {"wake": "Wake", "follow": "Follow", "fields": "Set a field", "subject": "Change the subject"}[verb]


def _agent(values: Values) -> str:
    found = active_agents().filter(pk=optional_whole(values.get("agent", ""), "agent") or 0).first()
    return found.name if found else "somebody who has left"


def _team(values: Values) -> str:
    found: Team | None = active_teams().filter(pk=optional_whole(values.get("team", ""), "team") or 0).first()
    return found.name if found else "a team that is gone"


def _label(kind: type[Status] | type[Priority], values: Values, verb: str) -> str:
    """Refused here, before a change of thousands is refused on each of them."""
    names = dict(kind.choices)
    value = values.get(verb, "")
    if value not in names:
        raise Invalid(f"There is no such {verb}.", fields={verb: "Choose one of the list."})
    return str(names[value]).lower()


def _tags(values: Values) -> list[str]:
    added, removed = _listed(values.get("add", "")), _listed(values.get("remove", ""))
    said = [f"add {_named(added)}"] if added else []
    return [*said, f"remove {_named(removed)}"] if removed else said


def _named(tags: list[str]) -> str:
    return f"the tag{'s' if len(tags) > 1 else ''} {', '.join(tags)}"


def _listed(text: str) -> list[str]:
    return [tag for tag in map(normal_tag, text.split(",")) if tag]


def _macro(agent: Agent, values: Values) -> Macro | None:
    return macros_for(agent).filter(pk=optional_whole(values.get("macro", ""), "macro") or 0).first()


def _same(found: QuerySet[Ticket], verb: str, values: Values) -> int:
    """How many would stay as they are, since they are so already."""
    if verb in ("assign", "team"):
        column, name = ("assignee_id", "agent") if verb == "assign" else ("team_id", "team")
        return counted(found.filter(**{column: optional_whole(values.get(name, ""), name)}))
    if verb in ("status", "priority"):
        return counted(found.filter(**{verb: values.get(verb, "")}))
    if verb == "tags":
        added, removed = _listed(values.get("add", "")), _listed(values.get("remove", ""))
        return counted(found.filter(Q(tags__contains=added) & ~Q(tags__overlap=removed)))
    return 0


def _first(found: QuerySet[Ticket], verb: str, sort: str) -> list[Line]:
    rows = found.select_related("assignee", "team").order_by(sort, "-id" if sort.startswith("-") else "id")
    return [Line(row.number, row.subject, _now(row, verb)) for row in rows[:SHOWN]]


def _now(ticket: Ticket, verb: str) -> str:
    if verb == "assign":
        return ticket.assignee.name if ticket.assignee else "nobody"
    if verb == "team":
        return ticket.team.name if ticket.team else "no team"
    if verb == "status":
        return str(ticket.get_status_display())
    if verb == "priority":
        return str(ticket.get_priority_display())
    return ", ".join(ticket.tags) or "no tags" if verb == "tags" else ""
