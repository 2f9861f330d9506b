"""What the page of a survey shows: to a customer who follows a link, and to a manager who tries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from csat.models import Scale, Survey
from csat.words import question_in, spoken, symbol, words_in


@dataclass(frozen=True, slots=True)
class Choice:
    score: int
    symbol: str
    name: str
    is_chosen: bool


def page_context(survey: Survey | None, *, language: str, desk: str, chosen: int = 0) -> dict[str, Any]:
    """`state` is ask here; whoever answers a customer says otherwise."""
    words = words_in(language)
    scale = survey.scale if survey else Scale.FACES
    return {
        "language": spoken(language),
        "words": words,
        "desk": desk,
        "question": question_in(survey.questions if survey else {}, language),
        "choices": [
            Choice(number, "★" if scale == Scale.STARS else symbol(scale, number), name, number == chosen)
            for number, name in enumerate(words.scores, 1)
        ],
        "scale": scale,
        "state": "ask",
    }


def score_in(text: str) -> int:
    """1 to 5, or 0 for anything else that a stranger may have put into the link."""
    return int(text) if text in ("1", "2", "3", "4", "5") else 0
