"""Callbacks for programs: when somebody could call, what was promised, and what came of it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.paged_schema import PAGING, paged_schema
from api.views.base import MAX_ID, ApiView, StrictSerializer, number_of, page_size, paged, valid
from callbacks.models import AskedBy, Callback, CallbackState
from callbacks.selectors.calls import callback_for, callbacks_visible_to
from callbacks.services import settling
from callbacks.services.planning import Plan, plan_callback
from core.errors import Invalid
from core.paging import keyset_page
from people.models import Agent
from people.policy import require
from routing.selectors.callback_slots import Slot, free_slots
from routing.services.booking import plan_if_free
from tickets.selectors.access import ticket_for

CANCELLED, PLANNED = CallbackState.CANCELLED, CallbackState.PLANNED


class SlotOut(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    free = serializers.IntegerField(help_text="Agents on shift who have no call promised then")


class CallbackOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    ticket = serializers.IntegerField(help_text="The ticket's number")
    contact = serializers.IntegerField()
    phone = serializers.CharField(help_text="Empty once it was removed with a message of the ticket")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    state = serializers.ChoiceField(CallbackState.choices)
    asked_by = serializers.ChoiceField(AskedBy.choices)
    is_booked = serializers.BooleanField(help_text="The customer booked it in the chat, and may move it or call it off")
    assignee = serializers.IntegerField(allow_null=True)
    team = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    settled_at = serializers.DateTimeField(allow_null=True)
    settled_by = serializers.CharField()


class CallbackIn(StrictSerializer):
    ticket = serializers.IntegerField(min_value=1, max_value=MAX_ID, help_text="The ticket's number")
    phone = serializers.CharField(max_length=40)
    region = serializers.CharField(max_length=2, required=False, default="", help_text="Of numbers without country: DE")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    asked_by = serializers.ChoiceField(AskedBy.choices, required=False, default=AskedBy.CONTACT)
    only_if_free = serializers.BooleanField(
        required=False, default=False, help_text="Take one of the callback-slots, or answer 409 where it is taken"
    )
    assignee = serializers.IntegerField(min_value=1, max_value=MAX_ID, required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class CallbackChangeIn(StrictSerializer):
    state = serializers.ChoiceField(
        [CallbackState.CALLED, CallbackState.NO_ANSWER, CANCELLED, PLANNED],
        help_text="planned takes the last word back",
    )


class CallbackSlotsView(ApiView):
    @extend_schema(operation_id="list_callback_slots", responses=SlotOut(many=True))
    def get(self, request: Request, number: int) -> Response:
        """The next times at which somebody of the ticket's team could call back."""
        return Response([slot_out(slot) for slot in free_slots(ticket_for(self.agent, number), count=20)])


class CallbacksView(ApiView):
    @extend_schema(
        operation_id="list_callbacks",
        parameters=[
            OpenApiParameter("ticket", int, description="only those of the ticket with this number"),
            OpenApiParameter("state", str, enum=CallbackState.values),
            *PAGING,
        ],
        responses=paged_schema(CallbackOut),
    )
    def get(self, request: Request) -> Response:
        """By their time, the earliest first; only of tickets that the token's agent may see."""
        found = callbacks_visible_to(self.agent)
        if number := number_of(request, "ticket"):
            found = found.filter(ticket__number=number)
        if state := request.query_params.get("state"):
            if state not in CallbackState.values:
                raise Invalid(
                    "There is no such state.", fields={"state": f"One of: {', '.join(CallbackState.values)}."}
                )
            found = found.filter(state=state)
        cursor = request.query_params.get("cursor", "")
        return paged(keyset_page(found, order="starts_at", cursor=cursor, size=page_size(request)), callback_out)

    @extend_schema(operation_id="plan_callback", request=CallbackIn, responses={201: CallbackOut})
    @idempotent
    def post(self, request: Request) -> Response:
        values = valid(CallbackIn, request)
        ticket = ticket_for(self.agent, values.pop("ticket"))
        promise = plan_if_free if values.pop("only_if_free") else plan_callback
        plan = Plan(**{**values, "assignee": _agent(values.get("assignee"))})
        made = promise(ticket, plan, actor=self.agent.as_actor())
        return Response(callback_out(callback_for(self.agent, made.pk)), status=201)


class CallbackView(ApiView):
    @extend_schema(operation_id="get_callback", responses=CallbackOut)
    def get(self, request: Request, callback_id: int) -> Response:
        return Response(callback_out(callback_for(self.agent, callback_id)))

    @extend_schema(operation_id="settle_callback", request=CallbackChangeIn, responses=CallbackOut)
    @idempotent
    def patch(self, request: Request, callback_id: int) -> Response:
        state = valid(CallbackChangeIn, request)["state"]
        callback, actor = callback_for(self.agent, callback_id), self.agent.as_actor()
        require(self.agent, "reply")
        if state == PLANNED:
            settling.undo_callback(callback, actor=actor)
        elif state == CANCELLED:
            settling.cancel_callback(callback, actor=actor)
        else:
            settling.record_call(callback, outcome=state, actor=actor)
        return Response(callback_out(callback_for(self.agent, callback_id)))


def callback_out(row: Callback) -> dict[str, Any]:
    names = ("phone", "starts_at", "ends_at", "state", "asked_by", "note", "settled_at", "settled_by")
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "contact": row.contact_id,
        "is_booked": row.identity_id is not None,
        "assignee": row.assignee_id,
        "team": row.team_id,
        **{name: getattr(row, name) for name in names},
    }


def slot_out(slot: Slot) -> dict[str, Any]:
    return {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "free": slot.free}


def _agent(agent_id: int | None) -> Agent | None:
    if agent_id is None:
        return None
    found = Agent.objects.filter(pk=agent_id, is_active=True).first()
    if found is None:
        raise Invalid("There is no such agent.", fields={"assignee": "There is no such agent."})
    return found
