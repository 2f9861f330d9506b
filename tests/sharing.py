"""Who of several workers runs what: tests of one file stay together, and all stories of the running desk do."""

import os
from functools import cache

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.architecture.source import ROOT

STORIES = ("mark.stack", "mark.browser")
DESK = "the running desk"


@cache
def unit_of(path: str) -> str:
    """One desk and one browser serve all stories; two of each on one machine would only be in each other's way."""
    source = (ROOT / path).read_text(encoding="utf-8")
    return DESK if any(story in source for story in STORIES) else path


class ByFile(LoadScopeScheduling):
    """A worker that is free takes the next file; the first begins with the stories, which are the longest unit."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(path_of(nodeid))


def path_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """With this in their environment, pytest-django would read the settings before `tests.environment` has its say."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Alone, stories run last, so that a broken rule is heard of within seconds; of several, one begins with them."""
    items.sort(key=lambda item: ("browser" in item.keywords, "stack" in item.keywords))
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: unit_of(path_of(item.nodeid)) != DESK)
