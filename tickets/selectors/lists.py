"""Lists of tickets: one query a page, keyset-paged, from the ticket's own row."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Invalid
from core.paging import Page, keyset_page
from people.models import Agent
from tickets.models import Ticket
from tickets.selectors.access import tickets_visible_to
from tickets.selectors.filters import SORTS, Filters, apply

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class BuiltInView:
    slug: str
    name: str
    filters: Filters
    sort: str = "recent"


BUILT_IN_VIEWS: dict[str, BuiltInView] = {
    view.slug: view
    for view in (
        BuiltInView("mine", "Mine", Filters(assignee="me")),
        BuiltInView("unassigned", "Unassigned", Filters(assignee="none")),
        BuiltInView("all", "All open", Filters()),
        BuiltInView("due", "Due soon", Filters(), "due"),
        BuiltInView("following", "Following", Filters(follows=True)),
        BuiltInView("snoozed", "Snoozed", Filters(state="snoozed")),
        BuiltInView("done", "Resolved", Filters(state="done")),
        BuiltInView("spam", "Spam", Filters(state="spam")),
    )
}


def ticket_page(
    agent: Agent, *, filters: Filters, sort: str = "recent", cursor: str = "", size: int = PAGE_SIZE
) -> Page[Ticket]:
    """One page of visible tickets with the people that a row shows: one query (scopes may add two)."""
    if sort not in SORTS:
        raise Invalid("Unknown sort order.", fields={"sort": f"Choose one of: {', '.join(SORTS)}."})
    rows = apply(tickets_visible_to(agent), filters, agent=agent).select_related("contact", "assignee", "team", "inbox")
    return keyset_page(rows, order=SORTS[sort], cursor=cursor, size=min(size, 200))


def tickets_by_ids(agent: Agent, ids: list[int]) -> list[Ticket]:
    """Rows for live updates: those of the given tickets that the agent may see."""
    rows = tickets_visible_to(agent).filter(pk__in=ids[:500])
    return list(rows.select_related("contact", "assignee", "team", "inbox"))


def tickets_of_contact(agent: Agent, contact_id: int, *, size: int = 20) -> list[Ticket]:
    """The contact's newest tickets over all channels."""
    rows = tickets_visible_to(agent).filter(contact_id=contact_id).select_related("inbox", "assignee")
    return list(rows.order_by("-last_message_at", "-id")[:size])
