"""Search: a page of hits, and a few of them for the palette."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from routing.selectors.situation import row_of
from tickets.selectors.contacts import find_contacts
from tickets.selectors.search import search
from workspace.guard import AgentRequest, agent_page, wants_fragment
from workspace.views.desk import nav_context
from workspace.views_of import chosen_view

_SUGGESTED = 6


@require_GET
@agent_page
def search_page(request: AgentRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    hits = search(request.user, query, size=50) if query else []
    rows = [{**row_of(hit.ticket), "snippet": hit.snippet} for hit in hits]
    context = {"query": query, "rows": rows}
    if wants_fragment(request):
        return render(request, "workspace/_hits.html", context)
    view = chosen_view(request.user, {})
    return render(request, "workspace/search.html", {**context, **nav_context(request.user, view, {}), "view": None})


@require_GET
@agent_page
def suggest_page(request: AgentRequest) -> JsonResponse:
    """Tickets and people for the palette."""
    query = request.GET.get("q", "").strip()
    hits = search(request.user, query, size=_SUGGESTED) if query else []
    people = find_contacts(request.user, query, size=_SUGGESTED) if query else []
    return JsonResponse(
        {
            "tickets": [
                {
                    "label": hit.ticket.subject or "(no subject)",
                    "hint": f"#{hit.ticket.number} {hit.ticket.contact}",
                    "href": reverse("workspace:ticket", args=[hit.ticket.number]),
                }
                for hit in hits
            ],
            "people": [
                {"label": str(person), "hint": "", "href": reverse("workspace:contact", args=[person.pk])}
                for person in people
            ],
        }
    )
