"""What is handed to an agent stays an offer until they begin: chats ring on, and what is left behind goes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value

from core.batches import do_batch
from core.clock import now
from core.db import Statement, run
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM
from people.models import Agent, Availability, Team
from people.selectors.agents import ONLINE_WITHIN
from routing.assignment import Floor
from routing.models import ChatWait, Offer, OfferEnd
from routing.selectors.duty import plan_of
from routing.selectors.floor import ask_of, floor_of, missed_by
from routing.services.chat_waits import ring_missed
from sla.models import OpenInterval
from tickets.capabilities import capabilities_for
from tickets.models import Status, Ticket
from tickets.services import changes

BATCH = 100

Given = tuple[Ticket, int, Team]


def make_offers(given: Sequence[Given]) -> None:
    """(ticket, agent, team) each. Call it in the transaction that assigns."""
    at = now()
    tickets = [ticket.pk for ticket, _, _ in given]
    ringing = _ringing([(ticket, team) for ticket, _, team in given])
    Offer.objects.filter(ticket_id__in=tickets, ended_at=None).update(ended_at=at, ended_by=OfferEnd.MOVED)
    Offer.objects.bulk_create(
        Offer(
            ticket=ticket,
            agent_id=agent_id,
            team=team,
            made_at=at,
            ring_until=at + timedelta(seconds=team.ring_seconds) if ticket.pk in ringing else None,
        )
        for ticket, agent_id, team in given
    )


def begun(ticket_id: int) -> Statement:
    """Somebody works on it now."""
    sql = "UPDATE routing_offer SET ended_at = %s, ended_by = %s WHERE ticket_id = %s AND ended_at IS NULL"
    return sql, [now(), OfferEnd.BEGUN, ticket_id]


def moved(ticket_id: int, *, to_agent_id: int | None) -> Statement:
    """Whoever it was handed to has it no longer."""
    sql = """
        UPDATE routing_offer SET ended_at = %s, ended_by = %s
        WHERE ticket_id = %s AND ended_at IS NULL AND agent_id IS DISTINCT FROM %s"""
    return sql, [now(), OfferEnd.MOVED, ticket_id, to_agent_id]


def pass_on_rings() -> int:
    """Chats whose agent did not begin in time wait again; returns how many.

    Where nobody else is there who has not let them ring out yet, they ring on where they are: passed to and fro they
    would find nobody either, and fill bells and histories.
    """
    at = now()
    due = Offer.objects.filter(ended_at=None, ring_until__lte=at)
    return sum(do_batch(batch, lambda some: _pass_on(some, at), size=BATCH) for batch in _in_batches(due))


def _pass_on(due: QuerySet[Offer], at: datetime) -> int:
    staying = _without_another(list(due.select_related("team", "ticket__inbox")))
    for offer in staying:
        offer.ring_until = at + timedelta(seconds=offer.team.ring_seconds)
    Offer.objects.bulk_update(staying, ["ring_until"])
    return _end(due.exclude(pk__in=[offer.pk for offer in staying]), OfferEnd.MISSED)


def end_ring(ticket: Ticket) -> None:
    """It rings no more, and waits again."""
    _end(Offer.objects.filter(ticket=ticket, ended_at=None, ring_until__isnull=False), OfferEnd.MISSED)


def hand_back() -> int:
    """What agents who left have not begun waits again; returns how many."""
    since = ExpressionWrapper(
        Value(now()) - F("team__hand_back_minutes") * Value(timedelta(minutes=1)), output_field=DateTimeField()
    )
    offered = Offer.objects.filter(ended_at=None, team__hand_back_minutes__isnull=False)
    left = offered.alias(since=since).filter(_has_left())
    return sum(do_batch(batch, lambda some: _end(some, OfferEnd.LEFT), size=BATCH) for batch in _in_batches(left))


def _has_left() -> Q:
    """Of an offer: its agent has been gone `since` then, whatever their screen says after the end of their shift."""
    at = now()
    shift = OpenInterval.objects.filter(
        hours=OuterRef("agent__shift__hours"), starts_at__lte=at, ends_at__gt=OuterRef("since")
    )
    offered_to = list(Agent.objects.filter(pk__in=Offer.objects.filter(ended_at=None).values("agent")))
    return (
        Q(agent__availability=Availability.AWAY, agent__availability_changed_at__lte=F("since"))
        # Whoever is there was seen within the last beats of their connection, not this very moment.
        | Q(agent__last_seen_at__lte=F("since"), agent__last_seen_at__lt=at - ONLINE_WITHIN)
        | Q(agent__is_active=False)
        | (Q(agent__shift__isnull=False) & ~Exists(shift))
        | Q(agent__in=plan_of(offered_to, at).leave_ends)
    )


def _in_batches(offers: QuerySet[Offer]) -> Iterator[QuerySet[Offer]]:
    """All that there are at this moment, the oldest first; whatever is begun before its batch's turn drops out."""
    ids = list(offers.order_by("made_at", "id").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        yield offers.filter(pk__in=ids[start : start + BATCH]).order_by("made_at", "id")


def _without_another(offers: Sequence[Offer]) -> list[Offer]:
    """Those that only their own agent could take now, of all who have not let them ring out."""
    if not offers:
        return []
    floor = floor_of(list({offer.team for offer in offers}))
    missed = missed_by([offer.ticket_id for offer in offers])
    return [offer for offer in offers if _is_alone(offer, floor, missed[offer.ticket_id])]


def _is_alone(offer: Offer, floor: Floor, missed: Collection[int]) -> bool:
    here = set(floor.rosters[offer.team_id].member_ids)
    if not _waits_for_its_agent(offer) or offer.agent_id not in here:
        return False
    ask = ask_of(offer.ticket)
    return not any(floor.agents[agent_id].can_take(ask) for agent_id in here - {*missed, offer.agent_id})


def _end(offers: QuerySet[Offer], end: OfferEnd) -> int:
    with unit_of_work():
        # Writers lock the ticket first; what they hold now is left for the next sweep.
        due = offers.select_related("agent", "team", "ticket").select_for_update(
            of=("self", "ticket"), skip_locked=True
        )
        ended = list(due)
        Offer.objects.filter(pk__in=[offer.pk for offer in ended]).update(ended_at=now(), ended_by=end)
        if ended and end == OfferEnd.MISSED:
            run(ring_missed(offer.pk, now()) for offer in ended)
        for offer in ended:
            _take_back(offer, end)
    return len(ended)


def _take_back(offer: Offer, end: OfferEnd) -> None:
    """Only what still waits for that agent; pending and resolved tickets need nobody now."""
    if _waits_for_its_agent(offer):
        changes.assign(offer.ticket, agent=None, reason=_reason(offer, end), actor=SYSTEM)


def _waits_for_its_agent(offer: Offer) -> bool:
    return offer.ticket.assignee_id == offer.agent_id and offer.ticket.status == Status.OPEN


def _reason(offer: Offer, end: OfferEnd) -> str:
    if end == OfferEnd.MISSED:
        return f"Not answered by {offer.agent} within {offer.team.ring_seconds} s"
    return f"Not begun when {offer.agent} left"


def _ringing(given: Iterable[tuple[Ticket, Team]]) -> set[int]:
    """Of the tickets those that ring. Whoever was told to expect a mail is not called to a chat any more."""
    chats = {ticket.pk for ticket, team in given if team.ring_seconds > 0 and capabilities_for(ticket.channel).rings}
    if not chats:
        return chats
    told = ChatWait.objects.filter(ticket__in=chats, ended_at=None, told_at__isnull=False)
    return chats - set(told.values_list("ticket_id", flat=True))
