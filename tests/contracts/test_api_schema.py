"""The API against its own OpenAPI description: generated requests, good and bad, never break it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance

from helpdesk.wsgi import application
from people.services.api_tokens import create_api_token
from tests.cast import Cast, new_ticket


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """The WSGI handler closes connections after each request; the test's transaction lives in this one."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.usefixtures("_one_connection")
def test_any_request_is_answered_as_described(cast: Cast) -> None:
    new_ticket(cast.mail)
    _, token = create_api_token(cast.mona)
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) >= 15
    for operation in operations:
        _try(operation, {"Authorization": f"Bearer {token}"})


def _try(operation: Any, headers: dict[str, str]) -> None:
    @settings(max_examples=12, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def requests(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=[not_a_server_error, response_schema_conformance])

    requests()
