"""The desk-wide journal, and the names that ids stand for."""

from __future__ import annotations

from datetime import timedelta

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.paged_schema import PAGING, paged_schema
from api.serializers import (
    EventOut,
    ExpectedResponseOut,
    InboxOut,
    NamedOut,
    event_out,
    expected_response_out,
    inbox_out,
    named_out,
)
from api.views.base import ApiView, number_of, page_size
from core.clock import now
from core.db import oldest_writer_began_at
from core.errors import NotFound
from people.selectors.agents import active_agents, active_teams
from sla.selectors.expectations import expected_response
from tickets.models import TicketEvent
from tickets.selectors.access import brands_visible_to, inboxes_visible_to, tickets_visible_to

# Ids are given before commit, so a later id may appear first. What happened this long before the oldest unfinished
# transaction began can be overtaken by nothing any more.
SETTLED = timedelta(seconds=2)


class EventsView(ApiView):
    """Everything that happened, oldest first. Keep the last id and ask again with `after`; nothing is skipped."""

    resource = "events"

    @extend_schema(
        operation_id="list_events",
        parameters=[OpenApiParameter("after", int, description="the last id you have"), PAGING[0]],
        responses=paged_schema(EventOut),
    )
    def get(self, request: Request) -> Response:
        size = page_size(request)
        after = number_of(request, "after")
        visible = tickets_visible_to(self.agent)
        began_at = oldest_writer_began_at() or now()
        found = TicketEvent.objects.filter(pk__gt=after, at__lt=min(began_at, now()) - SETTLED, ticket__in=visible)
        rows = list(found.select_related("ticket").order_by("pk")[: size + 1])
        more = str(rows[size - 1].pk) if len(rows) > size else None
        results = [event_out(row, row.ticket.number) for row in rows[:size]]
        return Response({"results": results, "next_cursor": more})


class AgentsView(ApiView):
    @extend_schema(operation_id="list_agents", responses=NamedOut(many=True))
    def get(self, request: Request) -> Response:
        return Response([named_out(row) for row in active_agents().order_by("name", "pk")])


class TeamsView(ApiView):
    @extend_schema(operation_id="list_teams", responses=NamedOut(many=True))
    def get(self, request: Request) -> Response:
        return Response([named_out(row) for row in active_teams().order_by("name", "pk")])


class ExpectedResponseView(ApiView):
    """How soon a ticket that is opened in an inbox now is likely to be answered; null while nobody can tell."""

    @extend_schema(operation_id="read_expected_response", responses=ExpectedResponseOut)
    def get(self, request: Request, inbox_id: int) -> Response:
        inbox = inboxes_visible_to(self.agent).filter(pk=inbox_id).first()
        if inbox is None:
            raise NotFound("There is no such inbox.")
        return Response(expected_response_out(inbox.pk, expected_response(inbox)))


class InboxesView(ApiView):
    @extend_schema(operation_id="list_inboxes", responses=InboxOut(many=True))
    def get(self, request: Request) -> Response:
        found = inboxes_visible_to(self.agent).select_related("brand").order_by("name", "pk")
        return Response([inbox_out(row) for row in found])


class BrandsView(ApiView):
    @extend_schema(operation_id="list_brands", responses=NamedOut(many=True))
    def get(self, request: Request) -> Response:
        return Response([named_out(row) for row in brands_visible_to(self.agent)])
