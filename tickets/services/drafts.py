"""Drafts: saved often, never lost, never overwritten by an older tab."""

from __future__ import annotations

from typing import Any

from core.clock import now
from core.errors import Conflict, Invalid
from core.events.bus import unit_of_work
from people.models import Agent
from tickets.models import Draft, DraftMode, Ticket

MAX_TEXT = 100_000


def save_draft(
    ticket: Ticket,
    *,
    mode: str,
    text: str,
    revision: int,
    recipients: dict[str, Any] | None = None,
    attachment_ids: list[str] | None = None,
    agent: Agent,
) -> Draft:
    """Store the words; Conflict (with the newer draft) when `revision` is behind what another tab or device saved."""
    if mode not in DraftMode.values:
        raise Invalid("Unknown kind of draft.", fields={"mode": "reply or note"})
    with unit_of_work():
        # Two tabs may begin the same draft at the same moment.
        draft, _ = Draft.objects.select_for_update().get_or_create(agent=agent, ticket=ticket, mode=mode)
        if draft.revision > revision:
            raise Conflict(
                "A newer draft was saved from another tab or device.",
                details={"text": draft.text, "revision": draft.revision},
            )
        draft.text = text[:MAX_TEXT].replace("\x00", "")
        draft.recipients = recipients or {}
        draft.attachment_ids = attachment_ids or []
        draft.revision = max(draft.revision, revision) + 1
        draft.updated_at = now()
        draft.save()
    return draft


def discard_draft(ticket: Ticket, *, mode: str, agent: Agent) -> None:
    Draft.objects.filter(agent=agent, ticket=ticket, mode=mode).delete()
