"""Changes of canned responses: an agent's own, or everybody's by managers."""

from __future__ import annotations

from core.clock import now
from core.errors import Invalid, NotAllowed
from people.models import Agent
from people.policy import may, require
from tickets.models import CannedResponse


def save_canned(
    response: CannedResponse | None, *, title: str, shortcut: str, text: str, for_all: bool, agent: Agent
) -> CannedResponse:
    """Write a new response (None) or change one. Raises NotAllowed, and Invalid at the field."""
    require(agent, "reply")
    if response is not None:
        _require_own(response, agent)
    if for_all:
        require(agent, "manage_desk")
    if not title.strip() or not text.strip():
        raise Invalid("A title and a text are needed.", fields={"title" if not title.strip() else "text": "Fill in."})
    row = response or CannedResponse()
    row.title, row.shortcut, row.text = title.strip()[:120], shortcut.strip().lstrip("/")[:40], text.strip()
    row.owner = None if for_all else agent
    row.updated_at = now()
    row.save()
    return row


def delete_canned(response: CannedResponse, *, agent: Agent) -> None:
    _require_own(response, agent)
    response.delete()


def _require_own(response: CannedResponse, agent: Agent) -> None:
    if response.owner_id != agent.pk and not may(agent, "manage_desk"):
        raise NotAllowed("Only managers change what everybody uses.")
