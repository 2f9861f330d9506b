"""What screens ask after a hint: permission checked by the answer, few questions, never from a cache."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from live.changes import newest_cursor
from tests.cast import Cast, new_ticket
from tests.workspace.conftest import SignIn
from tickets.services import changes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/live/changes/?since=0", "/live/counts/", "/live/belonging/?ids=1"])
def test_stranger_is_told_that_they_are_signed_out(address: str) -> None:
    answer = Client(headers={"x-fragment": "1"}).get(address)
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


@pytest.mark.usefixtures("young_journal")
def test_changes_hold_rows_of_visible_tickets_and_the_next_cursor(cast: Cast, sign_in: SignIn) -> None:
    start = newest_cursor()
    new_ticket(cast.legal_mail, "canary", subject="canary")
    ticket = new_ticket(cast.mail)
    answer = sign_in(cast.ana).get(f"/live/changes/?since={start}")
    assert "canary" not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert (body["cursor"], body["reset"]) == (newest_cursor(), False)
    (change,) = body["tickets"]
    assert (change["ticket"], change["number"], change["seq"]) == (ticket.pk, ticket.number, ticket.last_seq)
    assert change["facets"]["status"] == "open"
    assert f'id="t{ticket.pk}"' in change["row"]


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 40])
def test_broken_cursor_is_refused_at_its_field(cast: Cast, sign_in: SignIn, since: str) -> None:
    answer = sign_in(cast.ana).get(f"/live/changes/?since={since}")
    assert answer.status_code == 422
    assert "since" in answer.json()["fields"]


def test_cursor_of_another_time_asks_for_a_fresh_list(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.ana).get("/live/changes/?since=999999999").json()["reset"] is True


def test_counts_are_those_of_the_agent(cast: Cast, sign_in: SignIn) -> None:
    new_ticket(cast.legal_mail, "canary")
    changes.assign(new_ticket(cast.mail), agent=cast.ana, actor=cast.ana.as_actor())
    ana, mona = (sign_in(agent).get("/live/counts/").json() for agent in (cast.ana, cast.mona))
    assert (ana["mine"], ana["all"], mona["mine"], mona["all"]) == (1, 1, 0, 2)


def test_belonging_says_which_tickets_are_in_the_view(cast: Cast, sign_in: SignIn) -> None:
    secret, plain, own = new_ticket(cast.legal_mail), new_ticket(cast.mail), new_ticket(cast.mail, "another")
    changes.assign(own, agent=cast.ana, actor=cast.ana.as_actor())
    ids = f"{secret.pk},{plain.pk},{own.pk},99999"
    ana = sign_in(cast.ana)
    assert ana.get(f"/live/belonging/?view=all&ids={ids}").json() == {"tickets": [plain.pk, own.pk]}
    assert ana.get(f"/live/belonging/?assignee=me&ids={ids}").json() == {"tickets": [own.pk]}
    assert ana.get("/live/belonging/?view=all&ids=x").status_code == 422


def test_quiet_desk_is_answered_by_few_questions(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.ana)
    address = f"/live/changes/?since={newest_cursor()}"
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert len(asked) <= 6
