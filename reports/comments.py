"""What customers wrote with their ratings: the page behind the report on satisfaction, under the same filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import render

from core.clock import now
from core.errors import Invalid
from core.paging import keyset_page
from csat.models import Rating
from people.models import Agent
from reports.counted import counted, days_of, words_of
from reports.fact_filters import FactFilters
from reports.fact_names import Names, name_of
from reports.guard import ViewerRequest, report_page
from reports.runner import zone_of
from sla.models import Fact
from tickets.models import Ticket
from tickets.selectors.access import tickets_visible_to

PAGE_SIZE = 50
KINDS = {"commented": "All", "commented_bad": "1 and 2", "commented_good": "4 and 5"}


@dataclass(frozen=True, slots=True)
class Comment:
    rating: Rating
    ticket: Ticket | None
    fact: Fact
    agent: str


@report_page
def comments_page(request: ViewerRequest) -> HttpResponseBase:
    values = request.GET.dict()
    filters = FactFilters.from_query(values, now=now(), zone=zone_of(request.user))
    return render(request, "reports/comments.html", comments_context(request.user, values, filters))


def comments_context(viewer: Agent, values: Mapping[str, str], filters: FactFilters) -> dict[str, Any]:
    """The newest first. They are the facts that the figure "With a comment" counts, no more and no less."""
    chosen = values.get("set", "commented")
    if chosen not in KINDS:
        raise Invalid("There is no such list.", fields={"set": f"Choose one of: {', '.join(KINDS)}."})
    rows = counted(viewer, filters, chosen)
    page = keyset_page(rows, order="-at", cursor=values.get("cursor", ""), size=PAGE_SIZE)
    query = filters.query()
    return {
        "comments": list(_comments(viewer, page.rows)),
        "count": rows.count(),
        "chosen": chosen,
        "kinds": [(key, label, urlencode({**query, "set": key})) for key, label in KINDS.items()],
        "words": words_of(filters),
        "period_words": days_of(filters.period),
        "next_link": f"?{urlencode({**query, 'set': chosen, 'cursor': page.next_cursor})}" if page.next_cursor else "",
        "back_query": urlencode(query),
    }


def _comments(viewer: Agent, facts: list[Fact]) -> list[Comment]:
    """What was erased with its ticket is counted still, and has no words."""
    requests = [fact.data["request"] for fact in facts]
    ratings = {rating.request_id: rating for rating in Rating.objects.filter(request__in=requests)}
    tickets = tickets_visible_to(viewer).select_related("contact").in_bulk({fact.ticket_id for fact in facts})
    agents = {pk: name_of("agent", str(pk)) for pk in {fact.agent_id for fact in facts} if pk}
    nobody = Names({}).label("agent", "")
    return [
        Comment(rating, tickets.get(fact.ticket_id or 0), fact, agents.get(fact.agent_id or 0, nobody))
        for fact in facts
        if (rating := ratings.get(fact.data["request"]))
    ]
