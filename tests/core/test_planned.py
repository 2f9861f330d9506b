"""Statements planned once per connection: the same answers as sent in full, whatever the server thinks of them."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import DataError
from django.test.utils import CaptureQueriesContext

from core import planned
from core.db import run
from core.planned import Planned

pytestmark = pytest.mark.django_db

_ADD = Planned("SELECT %s::int + %s::int, '100%%'")


def test_caller_sends_a_planned_text_twice_and_the_server_knows_it_once() -> None:
    assert [run([(_ADD, [1, 2])]), run([(_ADD, [3, 4])])] == [[(3, "100%")], [(7, "100%")]]
    known = run([("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%'100\\%'"])])
    assert known == [(1,)]


def test_caller_mixes_planned_and_plain_texts_in_one_trip() -> None:
    run([(_ADD, [1, 1])])
    with CaptureQueriesContext(connection) as queries:
        assert run([("SELECT %s", ["plain"]), (_ADD, [1, 2])]) == [(3, "100%")]
    assert len(queries) == 1


def test_caller_sends_what_cannot_be_planned_and_it_is_sent_as_it_is() -> None:
    both = Planned("CREATE TEMPORARY TABLE unplannable (id int) ON COMMIT DROP")
    run([(both, [])])
    run([("INSERT INTO unplannable VALUES (%s)", [1])])
    assert run([("SELECT id FROM unplannable", [])]) == [(1,)]


def test_caller_fails_and_the_next_one_finds_its_plan() -> None:
    with pytest.raises(DataError), transaction.atomic():
        run([(Planned("SELECT 1 / %s::int"), [0])])
    assert run([(Planned("SELECT 1 / %s::int"), [1])]) == [(1,)]


def test_connection_meets_many_texts_and_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planned, "MOST", 3)
    for number in range(8):
        assert run([(Planned(f"SELECT {number} + %s::int"), [1])]) == [(number + 1,)]
    ours = run([("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'PREPARE select%%'", [])])
    assert ours[0][0] <= 3
