"""The chat of a ticket for programs: whether it goes on, and its end."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.views.base import ApiView, StrictSerializer, valid
from core.errors import NotFound
from routing.selectors.chats import chat_of
from routing.services.chat_ends import end_by_agent, take_back_end
from tickets.models import Ticket
from tickets.selectors.access import ticket_for

STATES = ON, OVER = ["on", "over"]


class ChatOut(serializers.Serializer[Any]):
    state = serializers.ChoiceField(STATES)


class ChatIn(StrictSerializer):
    state = serializers.ChoiceField(STATES, help_text="over ends the chat, on takes that back")


class ChatView(ApiView):
    @extend_schema(operation_id="get_chat", responses=ChatOut)
    def get(self, request: Request, number: int) -> Response:
        """404 where the ticket has no chat."""
        return self._told(ticket_for(self.agent, number))

    @extend_schema(operation_id="end_chat", request=ChatIn, responses=ChatOut)
    @idempotent
    def patch(self, request: Request, number: int) -> Response:
        """The ticket stays what it is; a chat that is over stays over."""
        ticket, actor = ticket_for(self.agent, number), self.agent.as_actor()
        if valid(ChatIn, request)["state"] == OVER:
            end_by_agent(ticket, actor=actor)
        elif chat_of(ticket.pk) != ON:
            take_back_end(ticket, actor=actor)
        return self._told(ticket)

    def _told(self, ticket: Ticket) -> Response:
        state = chat_of(ticket.pk)
        if not state:
            raise NotFound("This ticket has no chat.")
        return Response({"state": state})
