"""What a process remembers for some seconds: each test begins with nothing, however soon after another it runs."""

from __future__ import annotations

import pytest

from routing.selectors import listening, situation
from sla.services import fitting
from workspace import directory, view_shelf


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Else people, rules and policies of the test before would count in this one, or not, as the clock has it."""
    for memory in (directory, fitting, listening, situation, view_shelf):
        memory.forget()
