"""A client that calls the API with a token of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from people.models import Agent
from people.services.api_tokens import SCOPES, create_api_token


class Caller:
    """Calls `/api/v1/` as an agent; answers come as (status, body)."""

    def __init__(self, agent: Agent, *, scopes: tuple[str, ...] = SCOPES) -> None:
        _, self.token = create_api_token(agent, scopes=scopes)
        self.client = Client()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        response = self.client.generic(
            method,
            f"/api/v1/{path}",
            data=json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )
        return response.status_code, json.loads(response.content)

    def get(self, path: str) -> tuple[int, Any]:
        return self.call("GET", path)

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        return self.call("PATCH", path, body, **headers)


@pytest.fixture
def as_ana(cast: Any) -> Caller:
    return Caller(cast.ana)
