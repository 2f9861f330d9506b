"""Fixtures of the chat's doors: a widget, and a browser that talks to it over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core import limits
from core.ids import new_token
from tests.cast import Cast
from tickets.models import Inbox


class Browser:
    """A visitor's browser: keeps its token, sends it in the header, has no cookies."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.client = Client()
        self.token = ""

    def url(self, path: str = "") -> str:
        return f"/chat/{self.inbox.token}/{path}"

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(self.url(path), json.dumps(body), content_type="application/json", headers=self.headers)

    def get(self, path: str) -> Any:
        return self.client.get(self.url(path), headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def begin(self, **body: Any) -> dict[str, Any]:
        answer = self.post("session/", token=self.token, **body)
        assert answer.status_code == 200, answer.content
        session: dict[str, Any] = answer.json()
        self.token = session["token"]
        return session

    def says(self, text: str = "Where is my parcel?", **form: Any) -> Any:
        values = {"id": new_token(20), "text": text, **form}
        return self.client.post(self.url("messages/"), values, headers=self.headers)


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    """Limits and remembered answers of the test before must not count."""
    limits._redis.cache_clear()
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def browser_of_visitor(cast: Cast) -> Browser:
    visitor = Browser(cast.chat)
    visitor.begin()
    return visitor
