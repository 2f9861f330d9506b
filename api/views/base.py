"""What all API views share: tokens, scopes, limits, problem answers, cursor pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import problems
from api.authentication import BearerAuthentication, HasScope
from core.errors import Invalid
from core.limits import Limit, require
from core.paging import Page
from people.models import Agent, ApiToken

PER_TOKEN = Limit(name="api", times=1200, seconds=60)
MAX_PAGE = 100
MAX_ID = 9_223_372_036_854_775_807
_MOST_DIGITS = 19


class ApiView(APIView):
    """`resource` names the scope that a token needs."""

    resource: ClassVar[str] = "tickets"
    authentication_classes = (BearerAuthentication,)
    permission_classes = (HasScope,)

    def get_exception_handler(self) -> Callable[..., Response]:
        return problems.answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if isinstance(request.auth, ApiToken):
            require(PER_TOKEN, request.auth.pk)

    @property
    def agent(self) -> Agent:
        agent = self.request.user
        assert isinstance(agent, Agent)
        return agent


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a misspelt field must not look like success."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(dict.fromkeys(unknown, "There is no such field."))
        return super().to_internal_value(data)


def valid(serializer: type[StrictSerializer], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """The body's clean values, or a 422 with pointers."""
    if not isinstance(request.data, dict):
        raise Invalid("Send a JSON object.", fields={"": "Send a JSON object."})
    checked = serializer(data=request.data, partial=partial)
    checked.is_valid(raise_exception=True)
    values: dict[str, Any] = checked.validated_data
    return values


def page_size(request: Request) -> int:
    size = _whole(request.query_params.get("limit", "25"))
    if size is None or not 1 <= size <= MAX_PAGE:
        sentence = f"Give a number from 1 to {MAX_PAGE}."
        raise Invalid(sentence, fields={"limit": sentence})
    return size


def number_of(request: Request, name: str, default: int = 0) -> int:
    """A whole number from the query, small enough for the database."""
    number = _whole(request.query_params.get(name, "") or str(default))
    if number is None or number > MAX_ID:
        raise Invalid("Give a whole number.", fields={name: "Give a whole number."})
    return number


def _whole(text: str) -> int | None:
    """The number that plain digits write; None for anything else, however it begins."""
    return int(text) if len(text) <= _MOST_DIGITS and text.isascii() and text.isdecimal() else None


def paged(page: Page[Any], serialize: Callable[[Any], dict[str, Any]]) -> Response:
    return Response({"results": [serialize(row) for row in page.rows], "next_cursor": page.next_cursor or None})
