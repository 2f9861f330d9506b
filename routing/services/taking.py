"""Taking work by hand: the first of the queue that this agent may answer."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from core.errors import NotFound
from core.events.bus import unit_of_work
from people.models import Agent
from people.policy import require
from routing.assignment import levels_of
from tickets.models import Ticket
from tickets.selectors.access import tickets_visible_to
from tickets.selectors.workload import in_queue_order, unowned
from tickets.services import changes

_CHUNK = 200


def take_next(agent: Agent) -> Ticket:
    """The agent owns it now. What a colleague takes at this moment is passed over. NotFound when nothing waits."""
    require(agent, "reply")
    skills = levels_of(agent.skills)
    with unit_of_work():
        for ticket_id, wanted in _queue(agent):
            if any(skills.get(name, 0) < level for name, level in levels_of(wanted).items()):
                continue
            row = tickets_visible_to(agent).filter(unowned(), pk=ticket_id)
            ticket = row.select_for_update(of=("self",), skip_locked=True).first()
            if ticket:
                return changes.assign(ticket, agent=agent, reason="Took the next", actor=agent.as_actor())
    raise NotFound("Nothing waits that you could take. Nice.")


def _queue(agent: Agent) -> Iterator[tuple[int, list[str]]]:
    """Of the agent's teams, and of no team; managers without a team take from all. Read in chunks, so that whoever
    lacks the skills for the first thousand still finds what they can do."""
    waiting = tickets_visible_to(agent).filter(unowned())
    team_ids = list(agent.teams.values_list("pk", flat=True))
    if team_ids or not agent.sees_everything:
        waiting = waiting.filter(Q(team_id__in=team_ids) | Q(team_id=None))
    return in_queue_order(waiting).values_list("pk", "skills").iterator(chunk_size=_CHUNK)
