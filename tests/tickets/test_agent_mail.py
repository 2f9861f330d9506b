"""What an agent writes for colleagues stays with them, however their mail program spells the mark."""

from __future__ import annotations

import pytest

from tickets.agent_mail import read, without_mark
from tickets.threading import Candidate

OWN = Candidate(
    ticket_id=7, number=70, via="agent", status="open", done_at=None, reopen_until=None, is_participant=False
)


@pytest.mark.parametrize(
    "mark",
    [
        "#note ",
        "#NOTE: ",
        "\n \u00a0#note\n",
        "\u200b#note ",
        "\ufeff#note ",
        "*#note* ",
        "# note ",
        "#notes: ",
        "\uff03note ",
    ],
)
def test_a_note_is_a_note_however_it_is_marked(mark: str) -> None:
    text = f"{mark}- she is lying"
    assert read([OWN], auth="pass", text=text, is_forward=False).meaning == "note"
    assert without_mark(text) == "- she is lying"


@pytest.mark.parametrize("text", ["Please see #note 7", "Note: it is free", "#noted", "#1 is yours", "1. #note x"])
def test_words_that_only_look_like_it_are_a_reply(text: str) -> None:
    assert read([OWN], auth="pass", text=text, is_forward=False).meaning == "reply"
