"""Macros for programs: which there are, what one would write and do on a ticket, and doing it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.views.base import ApiView
from core.errors import NotFound
from routing.models import Macro
from routing.selectors.macros import macros_for, text_for
from routing.services.action_lists import described, wait_for_send
from routing.services.macros import apply_macro
from tickets.models import Ticket
from tickets.selectors.access import ticket_for


class MacroTextOut(serializers.Serializer[Any]):
    language = serializers.CharField(help_text="Empty: for all")
    channel = serializers.CharField(help_text="Empty: for all")
    text = serializers.CharField()


class MacroOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    belongs_to = serializers.ChoiceField(["me", "team", "all"])
    team = serializers.IntegerField(allow_null=True)
    texts = MacroTextOut(many=True)
    does = serializers.ListField(child=serializers.CharField(), help_text="its actions in words")
    needs_send = serializers.BooleanField(help_text="It asks the customer something: agents use it in a reply")
    use_count = serializers.IntegerField()
    used_at = serializers.DateTimeField(allow_null=True)


class MacroOnTicketOut(serializers.Serializer[Any]):
    text = serializers.CharField(
        help_text="in the customer's language and for the ticket's channel; never sent by itself"
    )
    does = serializers.ListField(child=serializers.CharField())


class MacroDoneOut(serializers.Serializer[Any]):
    did = serializers.ListField(child=serializers.CharField())


class MacrosView(ApiView):
    """Those that the token's agent may use: their own, their teams', and everybody's."""

    @extend_schema(operation_id="list_macros", responses=MacroOut(many=True))
    def get(self, request: Request) -> Response:
        return Response([_macro_out(macro) for macro in macros_for(self.agent)])


class TicketMacroView(ApiView):
    @extend_schema(operation_id="preview_macro", responses=MacroOnTicketOut)
    def get(self, request: Request, number: int, macro_id: int) -> Response:
        """What it would write and do; nothing is done."""
        ticket, macro = self._both(number, macro_id)
        text = text_for(macro, ticket, channel=ticket.channel)
        return Response({"text": text, "does": described(macro.actions)})

    @extend_schema(operation_id="apply_macro", request=None, responses=MacroDoneOut)
    @idempotent
    def post(self, request: Request, number: int, macro_id: int) -> Response:
        """Its actions, all of them or none, with the rights of the token's agent. Its text is not sent."""
        ticket, macro = self._both(number, macro_id)
        return Response({"did": apply_macro(ticket, macro=macro, agent=self.agent)})

    def _both(self, number: int, macro_id: int) -> tuple[Ticket, Macro]:
        ticket = ticket_for(self.agent, number)
        macro = macros_for(self.agent).filter(pk=macro_id).first()
        if macro is None:
            raise NotFound("There is no such macro that you may use.")
        return ticket, macro


def _macro_out(macro: Macro) -> dict[str, Any]:
    return {
        "id": macro.pk,
        "name": macro.name,
        "description": macro.description,
        "belongs_to": "me" if macro.owner_id else "team" if macro.team_id else "all",
        "team": macro.team_id,
        "texts": macro.texts,
        "does": described(macro.actions),
        "needs_send": wait_for_send(macro.actions),
        "use_count": macro.use_count,
        "used_at": macro.used_at,
    }
