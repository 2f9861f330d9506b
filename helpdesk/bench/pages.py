"""Measures pages as the server sees them: through every middleware to the last byte, without network."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.bench.contract import Options, sampled, spread
from people.models import Agent, Role

HOST = "127.0.0.1"


def signed_in(role: str) -> Client:
    """A browser of somebody with this role."""
    agent = Agent.objects.filter(role=role, is_active=True).order_by("id").first()
    if agent is None:
        agent = Agent.objects.create_user(f"bench.{role}@demo.local", name=f"Bench {role}", role=role)
    client = Client(HTTP_HOST=HOST)
    client.force_login(agent)
    return client


def everyone() -> dict[str, Client]:
    return {role: signed_in(role) for role in (Role.AGENT.value, Role.MANAGER.value)}


def page(client: Client, path: str, options: Options, **headers: Any) -> dict[str, Any]:
    """The times, queries and size of one page."""
    client.get(path, headers=headers or None)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, headers=headers or None)
    query_count = len(queries)  # now: the log is emptied by the next request
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")
    samples = sampled(lambda: client.get(path, headers=headers or None).content, times=30 if options.is_short else 150)
    return {"path": path, **spread(samples), "queries": query_count, "bytes": len(response.content)}
