"""Fixtures that every test may use: the network guard, a browser, the running desk."""

# The environment must be told before pytest-django reads the settings.
from tests import environment as environment  # isort: skip

from collections.abc import Iterator

import django
import pytest
from hypothesis import HealthCheck, settings

from core import limits, push
from helpdesk import patience
from tests.network import only_this_machine

# Fixtures of a folder import models, and pytest may load its conftest before pytest-django has set the apps up.
django.setup()

pytest_plugins = ["tests.browsers", "tests.cast", "tests.memories", "tests.sharing", "tests.stack"]


# How fast an example is says something of the machine, not of us. The same code gets the same answer at every run;
# whoever hunts draws new examples with --hypothesis-profile=hunt.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("hunt", parent=settings.get_profile("any machine"), derandomize=False, max_examples=500)
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def _network_guard() -> Iterator[None]:
    with only_this_machine():
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_take_their_time() -> Iterator[None]:
    """The limit of web processes is theirs: a test that loads their door must not put all later ones under it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "MOST_SECONDS", 0)
        yield


@pytest.fixture(scope="session", autouse=True)
def _redis_takes_its_time() -> Iterator[None]:
    """In a fraction of a second a busy machine may not come round to it, and who asks would go on without."""
    with pytest.MonkeyPatch.context() as patch:
        for asking in (limits, push):
            patch.setattr(asking, "_PATIENCE_SECONDS", 30)
        yield
