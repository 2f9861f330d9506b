"""The threading decision as a table and as properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from tickets.threading import Candidate, decide, obstacle

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VIAS = ["token", "sent", "reference", "mention", "subject", "thread", "agent", "copy"]

candidates = st.builds(
    Candidate,
    ticket_id=st.integers(1, 50),
    number=st.integers(1001, 1050),
    via=st.sampled_from(VIAS),
    status=st.sampled_from(["open", "pending", "on_hold", "resolved", "closed", "spam"]),
    done_at=st.just(NOW - timedelta(days=2)),
    reopen_until=st.sampled_from([None, NOW - timedelta(days=1), NOW + timedelta(days=1)]),
    is_participant=st.booleans(),
    is_colleague=st.booleans(),
    side_id=st.sampled_from([None, None, 7]),
    is_member=st.booleans(),
    distance=st.integers(0, 3),
)
auths = st.sampled_from(["", "none", "pass", "fail"])


@given(st.lists(candidates, max_size=6), auths)
def test_stranger_joins_only_by_token_or_conversation(found: list[Candidate], auth: str) -> None:
    decision = decide(found, at=NOW, auth=auth)
    if decision.action == "append":
        joined = [item for item in found if (item.ticket_id, item.side_id) == (decision.ticket_id, decision.side_id)]
        proofs = {item.via for item in joined if not obstacle(item, auth)}
        assert decision.via in proofs
        assert proofs & {"token", "thread"} or any(
            item.is_participant or item.is_colleague or item.is_member for item in joined
        )
        assert decision.via not in ("copy", "agent")


IN_A_SIDE = Candidate(
    ticket_id=1, number=1001, via="subject", status="open", done_at=None, reopen_until=None,
    is_participant=False, side_id=7, is_member=True,
)  # fmt: skip


@example([IN_A_SIDE], "")
@given(st.lists(candidates, max_size=6), st.sampled_from(["", "none", "fail"]))
def test_number_alone_lets_nobody_in_unless_somebody_vouches(found: list[Candidate], auth: str) -> None:
    assert decide(found, at=NOW, auth=auth).via != "subject"


@given(st.lists(candidates, max_size=6))
def test_forged_sender_joins_by_proof_only(found: list[Candidate]) -> None:
    assert decide(found, at=NOW, auth="fail").via in ("", "token", "thread")


@given(st.lists(candidates, max_size=6), auths)
def test_only_members_reach_a_side_conversation(found: list[Candidate], auth: str) -> None:
    decision = decide(found, at=NOW, auth=auth)
    if decision.side_id is not None:
        assert any(
            item.side_id == decision.side_id and (item.is_member or item.via in ("token", "thread")) for item in found
        )


@given(st.lists(candidates, max_size=6), auths)
def test_decision_does_not_depend_on_the_order_of_clues(found: list[Candidate], auth: str) -> None:
    keys = {(item.via, item.ticket_id, item.side_id, item.distance) for item in found}
    if len(keys) == len(found):
        assert decide(found, at=NOW, auth=auth) == decide(list(reversed(found)), at=NOW, auth=auth)


@given(st.lists(candidates, max_size=6))
def test_every_decision_says_why(found: list[Candidate]) -> None:
    assert len(decide(found, at=NOW).reason) > 10


@given(candidates)
def test_done_ticket_is_reopened_only_in_its_grace_period(candidate: Candidate) -> None:
    decision = decide([candidate], at=NOW)
    if decision.reopen:
        assert candidate.reopen_until is not None
        assert candidate.reopen_until >= NOW
