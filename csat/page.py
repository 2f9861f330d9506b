"""What the page of a survey shows: to a customer who follows a link, and to a manager who tries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from csat.models import Scale, Survey
from csat.words import question_in, spoken, words_in

# The mouths of five drawn faces, from very bad to very good: not every machine has a font with all of them.
MOUTHS = (
    "M11 23.5q5-6.5 10 0",
    "M11 22.5q5-3.5 10 0",
    "M11 21h10",
    "M11 20q5 3.5 10 0",
    "M10 19h12q-1 6.5-6 6.5t-6-6.5z",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """`mouth` is a path of the face; stars have none."""

    score: int
    name: str
    mouth: str
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
            Choice(number, name, "" if scale == Scale.STARS else MOUTHS[number - 1], number == chosen)
            for number, name in enumerate(words.scores, 1)
        ],
        "scale": scale,
        "state": "ask",
    }


def score_in(text: str) -> int:
    """1 to 5, or 0 for anything else that a stranger may have put into the link."""
    return int(text) if text in ("1", "2", "3", "4", "5") else 0
