"""Some hours of a small desk, with all that happens on the large one: promises, queue and reports come out right."""

from __future__ import annotations

import pytest

from tests.simulation.play import play
from tests.simulation.summary import lines


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_hours_of_a_desk_keep_every_invariant_and_add_up_in_its_reports() -> None:
    played = play(tickets=110, agents=6, seed=20260604, hours=(12, 15), slowness=5)
    assert not played.findings, "\n".join([*lines(played), *played.findings[:20]])
