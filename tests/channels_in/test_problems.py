"""What could not be read: who sees it, and what they may do about it."""

from __future__ import annotations

import pytest

from channels_in.models import DeliveryState, InboundDelivery
from channels_in.selectors.problems import problem_for, problem_page, shown_raw
from channels_in.services import problems
from core.errors import Conflict, NotAllowed, NotFound
from tests.cast import Cast
from tickets.models import Inbox

pytestmark = pytest.mark.django_db


def broken(inbox: Inbox, raw: bytes = b"From: x\x00\xff") -> InboundDelivery:
    return InboundDelivery.objects.create(
        inbox=inbox,
        external_id=f"id-{raw!r}",
        raw=raw,
        state=DeliveryState.QUARANTINED,
        reason="It is broken.",
        attempts=3,
    )


def test_agent_sees_problems_of_their_inboxes_only(cast: Cast) -> None:
    public, secret = broken(cast.mail), broken(cast.legal_mail)
    assert [row.pk for row in problem_page(cast.ana).rows] == [public.pk]
    assert {row.pk for row in problem_page(cast.cleo).rows} == {public.pk, secret.pk}
    assert {row.pk for row in problem_page(cast.mona).rows} == {public.pk, secret.pk}
    with pytest.raises(NotFound):
        problem_for(cast.ana, secret.pk)


def test_list_never_reads_the_raw_bytes(cast: Cast) -> None:
    broken(cast.mail)
    (row,) = problem_page(cast.ana).rows
    assert row.get_deferred_fields() == {"raw"}


def test_raw_view_shows_any_bytes_as_text(cast: Cast) -> None:
    row = problem_for(cast.ana, broken(cast.mail).pk)
    assert shown_raw(row) == "From: x\ufffd\ufffd"


def test_agent_retries_a_problem_once(cast: Cast) -> None:
    row = broken(cast.mail)
    problems.retry(row, agent=cast.ana)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason) == ("new", 0, "")
    with pytest.raises(Conflict):
        problems.retry(row, agent=cast.ben)


def test_agent_discards_a_problem_and_its_bytes_stay(cast: Cast) -> None:
    row = broken(cast.mail)
    problems.discard(row, agent=cast.ana)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("discarded", f"Discarded by {cast.ana}")
    assert bytes(row.raw)
    assert not problem_page(cast.ana).rows


def test_light_agent_sees_but_does_not_touch(cast: Cast) -> None:
    row = broken(cast.mail)
    assert len(problem_page(cast.lia).rows) == 1
    with pytest.raises(NotAllowed):
        problems.discard(row, agent=cast.lia)
    with pytest.raises(NotAllowed):
        problems.retry(row, agent=cast.lia)
