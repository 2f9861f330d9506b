"""The answer to the question how it was, given inside the chat."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from core.limits import require
from csat.models.rating import LONGEST_COMMENT
from portal import chat, limits, question
from portal.doors import bearer, chat_door, json_body, word
from portal.words import language_of


@chat_door("POST")
def rating_action(request: HttpRequest, inbox_token: str) -> HttpResponse:
    """Once per question, changeable for a day; the same answer twice is one."""
    guest = chat.guest_of(chat.widget(inbox_token), bearer(request), language=language_of(request))
    require(limits.RATINGS_BY_VISITOR, guest.key.uid)
    said = json_body(request)
    asked = question.answer(
        guest.visitor,
        language=guest.language,
        request_id=_number(said.get("request")),
        score=_number(said.get("score")),
        comment=word(said, "comment", LONGEST_COMMENT),
    )
    return JsonResponse({"asks": asked})


def _number(value: object) -> int:
    """0, which is no answer and no question, for anything else."""
    return value if type(value) is int and 0 <= value < 2**63 else 0
