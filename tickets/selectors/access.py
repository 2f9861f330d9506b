"""The one permission door: which tickets (and what hangs on them) a person may see.

Managers and admins see all. Others see a ticket when they may see its inbox and its team (both are open to everyone
unless private, and private ones are open to their members), or when it is assigned to them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.errors import NotFound
from people.models import Agent, Contact, Team
from people.policy import may
from tickets.models import Attachment, Brand, Inbox, Message, Ticket


@dataclass(frozen=True, slots=True)
class Scopes:
    """The inboxes and teams whose tickets an agent may see; `everything` spares the lists."""

    everything: bool
    inbox_ids: frozenset[int]
    team_ids: frozenset[int]

    def covers(self, *, inbox_id: int, team_id: int | None) -> bool:
        return self.everything or (inbox_id in self.inbox_ids and (team_id is None or team_id in self.team_ids))


def scopes_of(agent: Agent) -> Scopes:
    """Two small queries (none for managers), remembered on the agent object for the length of a request."""
    if agent.sees_everything:
        return Scopes(True, frozenset(), frozenset())
    known: Scopes | None = getattr(agent, "_scopes", None)
    if known is None:
        teams = Team.objects.filter(Q(is_private=False) | Q(members=agent)).values_list("pk", flat=True)
        inboxes = Inbox.objects.filter(Q(is_private=False) | Q(teams__members=agent)).values_list("pk", flat=True)
        known = Scopes(False, frozenset(inboxes), frozenset(teams))
        agent._scopes = known  # type: ignore[attr-defined]  # noqa: SLF001 - a memo for this request
    return known


def scopes_of_many(agents: Sequence[Agent]) -> dict[int, Scopes]:
    """The fresh scopes of many agents at once, by agent id, in four queries however many they are."""
    ids = [agent.pk for agent in agents if not agent.sees_everything]
    open_teams = frozenset(Team.objects.filter(is_private=False).values_list("pk", flat=True))
    open_inboxes = frozenset(Inbox.objects.filter(is_private=False).values_list("pk", flat=True))
    teams: dict[int, set[int]] = defaultdict(set)
    inboxes: dict[int, set[int]] = defaultdict(set)
    for agent_id, team_id in Team.members.through.objects.filter(agent_id__in=ids).values_list("agent_id", "team_id"):
        teams[agent_id].add(team_id)
    for agent_id, inbox_id in Inbox.objects.filter(teams__members__in=ids).values_list("teams__members", "pk"):
        inboxes[agent_id].add(inbox_id)
    return {
        agent.pk: Scopes(True, frozenset(), frozenset())
        if agent.sees_everything
        else Scopes(False, open_inboxes | inboxes[agent.pk], open_teams | teams[agent.pk])
        for agent in agents
    }


def pairs_visible(pairs: Collection[tuple[int, int]], scopes: Mapping[int, Scopes]) -> set[tuple[int, int]]:
    """Of many (agent id, ticket id) those that tickets_visible_to would show; agents without scopes see nothing."""
    places = {
        pk: (inbox_id, team_id, assignee_id)
        for pk, inbox_id, team_id, assignee_id in Ticket.objects.filter(
            pk__in={ticket_id for _, ticket_id in pairs}
        ).values_list("pk", "inbox_id", "team_id", "assignee_id")
    }

    def is_visible(agent_id: int, ticket_id: int) -> bool:
        if agent_id not in scopes or ticket_id not in places:
            return False
        inbox_id, team_id, assignee_id = places[ticket_id]
        return assignee_id == agent_id or scopes[agent_id].covers(inbox_id=inbox_id, team_id=team_id)

    return {pair for pair in pairs if is_visible(*pair)}


def tickets_visible_to(agent: Agent) -> QuerySet[Ticket]:
    """Every read of tickets for a person starts here."""
    if not may(agent, "see_tickets"):
        return Ticket.objects.none()
    scopes = scopes_of(agent)
    if scopes.everything:
        return Ticket.objects.all()
    in_scope = Q(inbox_id__in=scopes.inbox_ids) & (Q(team_id__isnull=True) | Q(team_id__in=scopes.team_ids))
    return Ticket.objects.filter(in_scope | Q(assignee_id=agent.pk))


def inboxes_visible_to(agent: Agent) -> QuerySet[Inbox]:
    scopes = scopes_of(agent)
    return Inbox.objects.all() if scopes.everything else Inbox.objects.filter(pk__in=scopes.inbox_ids)


def brands_visible_to(agent: Agent) -> QuerySet[Brand]:
    """Those of inboxes that the agent may see; what has no inbox is known to whoever manages the desk."""
    if scopes_of(agent).everything:
        return Brand.objects.all()
    return Brand.objects.filter(Exists(inboxes_visible_to(agent).filter(brand=OuterRef("pk"))))


def ticket_for(agent: Agent, number: int) -> Ticket:
    """The ticket with its people, or NotFound: whoever may not see it may not know that it exists."""
    found = (
        tickets_visible_to(agent)
        .select_related("contact", "organization", "assignee", "team", "inbox")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise NotFound(f"There is no ticket #{number} that you may see.")
    return found


def ticket_by_id(agent: Agent, ticket_id: int) -> Ticket:
    found = tickets_visible_to(agent).filter(pk=ticket_id).first()
    if found is None:
        raise NotFound("There is no such ticket that you may see.")
    return found


def message_for(agent: Agent, message_id: int) -> Message:
    found = (
        Message.objects.select_related("ticket", "inbox", "author_agent", "author_contact")
        .filter(pk=message_id, ticket__in=tickets_visible_to(agent))
        .first()
    )
    if found is None:
        raise NotFound("There is no such message that you may see.")
    return found


def attachment_for(agent: Agent, attachment_id: UUID) -> Attachment:
    """A file of a visible ticket, or the agent's own upload that waits in a draft."""
    of_message = Q(message__ticket__in=tickets_visible_to(agent))
    own_upload = Q(message__isnull=True, uploaded_by=agent)
    found = Attachment.objects.select_related("message").filter(of_message | own_upload, pk=attachment_id).first()
    if found is None:
        raise NotFound("There is no such file that you may see.")
    return found


def contacts_visible_to(agent: Agent) -> QuerySet[Contact]:
    """Contacts with a visible ticket, and those without any: nobody's name leaks out of a private inbox."""
    if not may(agent, "see_tickets"):
        return Contact.objects.none()
    if scopes_of(agent).everything:
        return Contact.objects.all()
    seen = tickets_visible_to(agent).filter(contact=OuterRef("pk"))
    return Contact.objects.filter(Exists(seen) | ~Exists(Ticket.objects.filter(contact=OuterRef("pk"))))


def contact_for(agent: Agent, contact_id: int) -> Contact:
    found = (
        contacts_visible_to(agent)
        .select_related("organization")
        .prefetch_related("identities")
        .filter(pk=contact_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such contact that you may see.")
    return found


def public_and_internal(ticket_id: int, *, after_seq: int = 0) -> QuerySet[Message]:
    """All messages of a ticket that the reader was let into, oldest first, with authors and files."""
    rows = Message.objects.filter(ticket_id=ticket_id, seq__gt=after_seq).exclude(delivery="retracted")
    return rows.select_related("author_agent", "author_contact").prefetch_related("attachments").order_by("seq")


def agents_who_see(ticket: Ticket) -> QuerySet[Agent]:
    """The inverse of tickets_visible_to, for assignment menus, mentions and notifications."""
    everyone = Q(role__in=["admin", "manager"]) | Q(pk=ticket.assignee_id)
    inbox_rule: Q = Q() if not ticket.inbox.is_private else Q(teams__inboxes=ticket.inbox_id)
    team_rule: Q = Q()
    if ticket.team_id is not None and ticket.team is not None and ticket.team.is_private:
        team_rule = Q(pk__in=ticket.team.members.values("pk"))
    rule: Any = (inbox_rule & team_rule) if (inbox_rule or team_rule) else Q(pk__isnull=False)
    return Agent.objects.filter(everyone | rule, is_active=True).distinct()
