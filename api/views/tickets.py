"""Tickets and what hangs on them: messages and events."""

from __future__ import annotations

import hashlib
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.paged_schema import PAGING, paged_schema
from api.serializers import (
    EventOut,
    MessageIn,
    MessageOut,
    TicketChangeIn,
    TicketIn,
    TicketOut,
    WaitingOut,
    event_out,
    message_out,
    ticket_out,
    waiting_out,
)
from api.views.base import ApiView, number_of, page_size, paged, valid
from api.writing import change_ticket, create_ticket, write_message
from routing.selectors.waiting import why_waiting
from tickets.models import TicketEvent
from tickets.selectors.access import public_and_internal, ticket_for
from tickets.selectors.filters import Filters, filters_from
from tickets.selectors.lists import ticket_page

_FILTERS = [OpenApiParameter(name, str) for name in Filters.__dataclass_fields__]


class TicketsView(ApiView):
    @extend_schema(
        operation_id="list_tickets",
        parameters=[OpenApiParameter("sort", str, enum=["recent", "due", "created"]), *_FILTERS, *PAGING],
        responses=paged_schema(TicketOut),
    )
    def get(self, request: Request) -> Response:
        filters = filters_from({"state": "any", **request.query_params.dict()})
        page = ticket_page(
            self.agent,
            filters=filters,
            sort=request.query_params.get("sort", "recent"),
            cursor=request.query_params.get("cursor", ""),
            size=page_size(request),
        )
        return paged(page, ticket_out)

    @extend_schema(operation_id="create_ticket", request=TicketIn, responses={201: TicketOut})
    @idempotent
    def post(self, request: Request) -> Response:
        ticket = create_ticket(self.agent, valid(TicketIn, request))
        return Response(ticket_out(ticket), status=201, headers={"Location": f"/api/v1/tickets/{ticket.number}/"})


class TicketView(ApiView):
    @extend_schema(operation_id="get_ticket", responses=TicketOut)
    def get(self, request: Request, number: int) -> Response:
        return Response(ticket_out(ticket_for(self.agent, number)))

    @extend_schema(operation_id="change_ticket", request=TicketChangeIn, responses=TicketOut)
    @idempotent
    def patch(self, request: Request, number: int) -> Response:
        values = valid(TicketChangeIn, request)
        change_ticket(self.agent, ticket_for(self.agent, number), values)
        return Response(ticket_out(ticket_for(self.agent, number)))


class TicketWaitingView(ApiView):
    """Why nobody has the ticket yet, and who of its team could take it, those who could first."""

    @extend_schema(operation_id="read_ticket_waiting", responses=WaitingOut)
    def get(self, request: Request, number: int) -> Response:
        ticket = ticket_for(self.agent, number)
        return Response(waiting_out(ticket.number, why_waiting(ticket)))


class MessagesView(ApiView):
    @extend_schema(
        operation_id="list_messages",
        parameters=[OpenApiParameter("after_seq", int), PAGING[0]],
        responses=paged_schema(MessageOut),
    )
    def get(self, request: Request, number: int) -> Response:
        ticket = ticket_for(self.agent, number)
        size = page_size(request)
        rows = list(public_and_internal(ticket.pk, after_seq=number_of(request, "after_seq"))[: size + 1])
        more = str(rows[size - 1].seq) if len(rows) > size else None
        return Response({"results": [message_out(row) for row in rows[:size]], "next_cursor": more})

    @extend_schema(operation_id="write_message", request=MessageIn, responses={201: MessageOut})
    @idempotent
    def post(self, request: Request, number: int) -> Response:
        values = valid(MessageIn, request)
        message = write_message(self.agent, ticket_for(self.agent, number), values, _own_key(self.agent.pk, request))
        return Response(message_out(message), status=201)


class TicketEventsView(ApiView):
    @extend_schema(
        operation_id="list_ticket_events",
        parameters=[OpenApiParameter("after_seq", int), PAGING[0]],
        responses=paged_schema(EventOut),
    )
    def get(self, request: Request, number: int) -> Response:
        ticket = ticket_for(self.agent, number)
        size = page_size(request)
        found = TicketEvent.objects.filter(ticket=ticket, seq__gt=number_of(request, "after_seq")).order_by("seq")
        rows = list(found[: size + 1])
        more = str(rows[size - 1].seq) if len(rows) > size else None
        return Response({"results": [event_out(row, ticket.number) for row in rows[:size]], "next_cursor": more})


def _own_key(agent_id: int, request: Request) -> str | None:
    """The message remembers the key too: it stays sent once even when the remembered answer has expired."""
    key: Any = request.headers.get("Idempotency-Key")
    return f"api:{hashlib.sha256(f'{agent_id}:{key}'.encode()).hexdigest()[:60]}" if key else None
