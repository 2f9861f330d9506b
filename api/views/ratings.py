"""Ratings by customers: what they answered, about which ticket, attributed to whom it belonged when resolved."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.paged_schema import PAGING, paged_schema
from api.views.base import ApiView, number_of, page_size, paged
from core.errors import Invalid
from core.paging import keyset_page
from csat.models import Rating
from tickets.selectors.access import tickets_visible_to


class RecoveryOut(serializers.Serializer[Any]):
    """Somebody gets in touch with an unhappy customer; without `closed_at` it is open."""

    owner = serializers.IntegerField(allow_null=True)
    due_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()
    cause = serializers.CharField()


class RatingOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    ticket = serializers.IntegerField(help_text="The ticket's number")
    score = serializers.IntegerField(help_text="1 (very bad) to 5 (very good)")
    comment = serializers.CharField()
    channel = serializers.CharField()
    rated_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField(allow_null=True)
    asked_at = serializers.DateTimeField(allow_null=True)
    team = serializers.IntegerField(allow_null=True, help_text="Whose ticket it was when it was resolved")
    agent = serializers.IntegerField(allow_null=True)
    inbox = serializers.IntegerField(allow_null=True)
    recovery = RecoveryOut(allow_null=True)


class RatingsView(ApiView):
    @extend_schema(
        operation_id="list_ratings",
        parameters=[
            OpenApiParameter("ticket", int, description="only those of the ticket with this number"),
            OpenApiParameter("score", int, description="only those with this score, 1 to 5"),
            *PAGING,
        ],
        responses=paged_schema(RatingOut),
    )
    def get(self, request: Request) -> Response:
        """The newest first; only of tickets that the token's agent may see."""
        found = Rating.objects.filter(ticket__in=tickets_visible_to(self.agent))
        if number := number_of(request, "ticket"):
            found = found.filter(ticket__number=number)
        if score := number_of(request, "score"):
            if score > 5:
                raise Invalid("Give a score from 1 to 5.", fields={"score": "Give a score from 1 to 5."})
            found = found.filter(score=score)
        rows = found.select_related("ticket", "request", "recovery")
        cursor = request.query_params.get("cursor", "")
        return paged(keyset_page(rows, order="-rated_at", cursor=cursor, size=page_size(request)), rating_out)


def rating_out(rating: Rating) -> dict[str, Any]:
    recovery = getattr(rating, "recovery", None)
    names = ("due_at", "closed_at", "outcome", "cause")
    return {
        "id": rating.pk,
        "ticket": rating.ticket.number,
        "score": rating.score,
        "comment": rating.comment,
        "channel": rating.channel,
        "rated_at": rating.rated_at,
        "changed_at": rating.changed_at,
        "asked_at": rating.request.asked_at,
        "team": rating.request.team_id,
        "agent": rating.request.agent_id,
        "inbox": rating.request.inbox_id,
        "recovery": {"owner": recovery.owner_id, **{name: getattr(recovery, name) for name in names}}
        if recovery
        else None,
    }
