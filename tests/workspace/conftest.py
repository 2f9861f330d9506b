"""Signed-in browsers for the cast, and a directory of names that no earlier test has filled."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from people.models import Agent
from routing.selectors import situation
from workspace import view_shelf
from workspace.directory import forget

SignIn = Callable[[Agent], Client]


@pytest.fixture(autouse=True)
def _fresh_directory() -> Iterator[None]:
    forget()
    view_shelf.forget()
    situation.forget()
    yield
    forget()
    view_shelf.forget()
    situation.forget()


@pytest.fixture
def sign_in() -> SignIn:
    """A client per agent; its scripts' requests say so by the X-Fragment header."""

    def signed_in(agent: Agent) -> Client:
        client = Client(headers={"x-fragment": "1"})
        client.force_login(agent)
        return client

    return signed_in
