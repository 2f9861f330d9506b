"""What a screen asks after a hint, a gap or a nap: the changed rows, the counts, whether a row belongs to its list."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import JsonResponse
from django.views.decorators.http import require_GET

from core.errors import Invalid
from live.changes import changes_since
from tickets.selectors.access import tickets_visible_to
from tickets.selectors.counts import view_counts
from tickets.selectors.filters import apply
from workspace.guard import AgentRequest, agent_page
from workspace.view_shelf import filters_beside
from workspace.views_of import chosen_view

MOST_IDS = 100


@require_GET
@agent_page
def changes_page(request: AgentRequest) -> JsonResponse:
    """Rows that changed since the cursor, permission checked; `reset` says "load the list anew"."""
    found = changes_since(request.user, _number(request.GET.get("since", ""), "since"))
    return _fresh({"cursor": found.cursor, "reset": found.is_reset, "tickets": found.tickets})


@require_GET
@agent_page
def counts_page(request: AgentRequest) -> JsonResponse:
    return _fresh(view_counts(request.user, filters_beside(request.user)))


@require_GET
@agent_page
def belonging_page(request: AgentRequest) -> JsonResponse:
    """Of the asked tickets those that are in the view of the URL: for filters that a row cannot decide itself."""
    listed = request.GET.get("ids", "").split(",")
    ids = [_number(text, "ids") for text in listed[:MOST_IDS] if text]
    values = {name: request.GET[name] for name in request.GET if name != "ids"}
    view = chosen_view(request.user, values)
    rows = apply(tickets_visible_to(request.user).filter(pk__in=ids), view.filters, agent=request.user)
    return _fresh({"tickets": sorted(rows.values_list("pk", flat=True))})


def _number(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Invalid("This address is broken.", fields={name: "Give a number."})
    return int(text)


def _fresh(body: Mapping[str, object]) -> JsonResponse:
    response = JsonResponse(dict(body))
    response["Cache-Control"] = "no-store"
    return response
