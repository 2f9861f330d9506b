"""The question how it was, inside the chat: the same request as behind the link, for the visitor whom it was put to."""

from __future__ import annotations

from typing import Any

from channels_in.models import ChatVisitor
from channels_in.webchat import conversation
from core.clock import now
from core.errors import NotFound
from csat.models import Rating, SurveyRequest
from csat.page import page_context
from csat.selectors.asked import newest_question, rating_of
from csat.services.rating import is_open, rate
from routing.selectors.chats import chat_of
from tickets.models import Ticket


def question_for(visitor: ChatVisitor, ticket: Ticket, *, chat: str, language: str) -> dict[str, Any] | None:
    """All that the panel needs to ask it in place of the message with its link (`seq`), or below a chat that is over
    (0); None where nothing is asked here, or it is too late."""
    asked = newest_question(ticket)
    seq = _seq_of(visitor, ticket, asked) if asked else None
    if asked is None or seq is None or (seq == 0 and chat == "on"):
        return None
    rating = rating_of(asked)
    may_answer = is_open(asked, rating, now())
    shown = _as_shown(asked, rating, seq, language=language)
    return {**shown, "open": may_answer} if rating or may_answer else None


def answer(
    visitor: ChatVisitor | None, *, request_id: int, score: int, comment: str, language: str
) -> dict[str, Any] | None:
    """Raises NotFound for what this visitor was not asked, and what `rate` raises."""
    ticket = conversation.ticket_of(visitor) if visitor else None
    asked = newest_question(ticket) if ticket else None
    if visitor is None or ticket is None or asked is None or asked.pk != request_id:
        raise NotFound("This question is not part of your conversation.")
    if _seq_of(visitor, ticket, asked) is None:
        raise NotFound("This question is not part of your conversation.")
    rate(asked, score=score, comment=comment)
    return question_for(visitor, ticket, chat=chat_of(ticket.pk), language=language)


def _seq_of(visitor: ChatVisitor, ticket: Ticket, asked: SurveyRequest) -> int | None:
    """The number of the message that asked this visitor, here and not by mail; 0 before there is one."""
    if asked.message_id is None:
        return 0 if asked.contact_id == visitor.identity.contact_id else None
    asking = conversation.messages_of(visitor, ticket).filter(pk=asked.message_id)
    return asking.values_list("seq", flat=True).first()


def _as_shown(asked: SurveyRequest, rating: Rating | None, seq: int, *, language: str) -> dict[str, Any]:
    page = page_context(asked.survey, language=language, desk="")
    words = page["words"]
    is_low = rating is not None and asked.survey is not None and rating.score <= asked.survey.recovery_score
    return {
        "request": asked.pk,
        "seq": seq,
        "language": page["language"],
        "scale": page["scale"],
        "question": page["question"],
        "choices": [{"score": one.score, "name": one.name, "mouth": one.mouth} for one in page["choices"]],
        "words": {
            "comment": words.comment,
            "send": words.send,
            "thanks": words.thanks_low if is_low else words.thanks,
        },
        "score": rating.score if rating else 0,
        "comment": rating.comment if rating else "",
    }
