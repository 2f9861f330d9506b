"""The threading decision as a table and as properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tickets.threading import Candidate, decide

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VIAS = ["token", "sent", "reference", "subject", "thread", "copy"]

candidates = st.builds(
    Candidate,
    ticket_id=st.integers(1, 50),
    number=st.integers(1001, 1050),
    via=st.sampled_from(VIAS),
    status=st.sampled_from(["open", "pending", "on_hold", "resolved", "closed", "spam"]),
    done_at=st.just(NOW - timedelta(days=2)),
    reopen_until=st.sampled_from([None, NOW - timedelta(days=1), NOW + timedelta(days=1)]),
    is_participant=st.booleans(),
)


@given(st.lists(candidates, max_size=6))
def test_stranger_joins_only_by_token_or_conversation(found: list[Candidate]) -> None:
    decision = decide(found, at=NOW)
    if decision.action == "append":
        joined = [item for item in found if item.ticket_id == decision.ticket_id]
        assert any(item.via in ("token", "thread") or item.is_participant for item in joined)
        assert any(item.via != "copy" for item in joined)


@given(st.lists(candidates, max_size=6))
def test_decision_does_not_depend_on_the_order_of_clues(found: list[Candidate]) -> None:
    keys = {(item.via, item.ticket_id) for item in found}
    if len(keys) == len(found):
        assert decide(found, at=NOW) == decide(list(reversed(found)), at=NOW)


@given(st.lists(candidates, max_size=6))
def test_every_decision_says_why(found: list[Candidate]) -> None:
    assert len(decide(found, at=NOW).reason) > 10


@given(candidates)
def test_done_ticket_is_reopened_only_in_its_grace_period(candidate: Candidate) -> None:
    decision = decide([candidate], at=NOW)
    if decision.reopen:
        assert candidate.reopen_until is not None
        assert candidate.reopen_until >= NOW
