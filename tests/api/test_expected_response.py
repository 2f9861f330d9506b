"""How soon a new ticket is likely to be answered, for programs: only of inboxes that the token's agent may see."""

from __future__ import annotations

import pytest

from api.views import desk
from sla.prediction import Expected
from tests.api.conftest import Caller
from tests.cast import Cast

EXPECTED = Expected(
    p50_seconds=1500, p90_seconds=5400, usual_p50_seconds=720, basis="queue", waiting=5, agents=2, sample=80
)


def test_program_reads_how_soon_an_answer_is_likely(
    cast: Cast, as_ana: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "expected_response", lambda inbox: EXPECTED)
    _, answer = as_ana.get(f"inboxes/{cast.mail.pk}/expected-response/")
    assert answer["text"] == "Usually within 15 minutes, now about 25 minutes"
    assert (answer["inbox"], answer["p50_seconds"], answer["p90_seconds"], answer["waiting"]) == (
        cast.mail.pk,
        1500,
        5400,
        5,
    )


def test_program_is_told_nothing_while_nobody_can_tell(cast: Cast, as_ana: Caller) -> None:
    _, answer = as_ana.get(f"inboxes/{cast.chat.pk}/expected-response/")
    assert (answer["text"], answer["p50_seconds"]) == (None, None)


def test_program_learns_nothing_of_a_private_inbox(cast: Cast, as_ana: Caller) -> None:
    assert as_ana.get(f"inboxes/{cast.legal_mail.pk}/expected-response/")[0] == 404
