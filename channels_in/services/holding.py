"""What agents may do with what is held back: let it in, throw it away, bring it back, block who sent it."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from channels_in.models import DeliveryState, HeldFor, InboundDelivery
from channels_in.selectors.held import discarded_visible_to, held_visible_to
from channels_in.services.enqueue import PROCESS_INBOUND, ask
from core.errors import Conflict
from core.events.bus import unit_of_work
from people.models import Agent
from people.policy import require
from people.services import contacts

MOST_AT_ONCE = 500
_GONE = "A colleague has dealt with this already."


def release(delivery: InboundDelivery, *, agent: Agent) -> None:
    """It is read as if it had just come in, and nothing holds it back any more. Raises Conflict."""
    require(agent, "edit_ticket")
    changed = InboundDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.SUSPENDED).update(
        state=DeliveryState.NEW,
        due_at=Now(),
        attempts=0,
        is_released=True,
        outcome="",
        reason=f"Let in by {agent}"[:300],
        handled_at=None,
    )
    if not changed:
        raise Conflict(_GONE)
    transaction.on_commit(lambda: ask(PROCESS_INBOUND, [delivery.pk]))


def discard(delivery: InboundDelivery, *, agent: Agent) -> None:
    """Off the list; it can be brought back for a week. Raises Conflict."""
    require(agent, "edit_ticket")
    if not _discarded(agent, [delivery.pk]):
        raise Conflict(_GONE)


def discard_all(*, agent: Agent, why: str) -> int:
    """All that are held back for this reason and that the agent may see, the newest first; returns how many."""
    require(agent, "edit_ticket")
    if why not in HeldFor.values:
        return 0
    return _discarded(
        agent, list(held_visible_to(agent, why=why).order_by("-id").values_list("pk", flat=True)[:MOST_AT_ONCE])
    )


def restore(delivery: InboundDelivery, *, agent: Agent) -> None:
    """Undo a discard: it is held back again. Raises Conflict when it is too late."""
    require(agent, "edit_ticket")
    mine = discarded_visible_to(agent).filter(pk=delivery.pk, raw_dropped_at__isnull=True)
    if not mine.update(state=DeliveryState.SUSPENDED, handled_at=Now()):
        raise Conflict("It cannot be brought back any more.")


def block_sender(delivery: InboundDelivery, *, agent: Agent) -> None:
    """Discard it, and hold back whatever else its sender writes. Raises Conflict."""
    require(agent, "edit_contact")
    with unit_of_work():
        identity = contacts.identify(kind=delivery.inbox.kind, value=delivery.sender)
        contacts.block(identity.contact, agent=agent)
        discard(delivery, agent=agent)


def _discarded(agent: Agent, ids: list[int]) -> int:
    rows = InboundDelivery.objects.filter(pk__in=ids, state=DeliveryState.SUSPENDED)
    return rows.update(state=DeliveryState.DISCARDED, error=f"Discarded by {agent}"[:500], handled_at=Now())
