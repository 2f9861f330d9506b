"""The seeded fortnight as a fixture."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.reports.fortnight import Fortnight, make_fortnight


@pytest.fixture
def fortnight(cast: Cast) -> Fortnight:
    return make_fortnight(cast)
