"""Programs end the chat of a ticket, and take that back."""

from __future__ import annotations

import pytest

from tests.api.conftest import Caller
from tests.cast import Cast, new_ticket
from tests.channels_in.webchat.people import a_visitor, says
from tests.desk import agent_replies


@pytest.mark.django_db
def test_program_ends_a_chat_and_takes_it_back(cast: Cast, as_ana: Caller) -> None:
    ticket = says(a_visitor(cast.chat))
    path = f"tickets/{ticket.number}/chat/"
    assert as_ana.get(path) == (200, {"state": "on"})
    assert as_ana.patch(path, {"state": "over"})[0] == 409, "nobody has answered"
    agent_replies(ticket, cast.ana)
    assert [as_ana.patch(path, {"state": "over"}) for _ in range(2)] == [(200, {"state": "over"})] * 2
    assert [as_ana.patch(path, {"state": "on"}) for _ in range(2)] == [(200, {"state": "on"})] * 2
    assert as_ana.patch(path, {"state": "gone"})[0] == 422
    assert Caller(cast.lia).patch(path, {"state": "over"})[0] == 403
    assert Caller(cast.ana, scopes=("tickets:read",)).patch(path, {"state": "over"})[0] == 403


@pytest.mark.django_db
def test_ticket_without_a_chat_has_none_to_end_and_a_hidden_one_is_not_there(cast: Cast, as_ana: Caller) -> None:
    mail, hidden = new_ticket(cast.mail), new_ticket(cast.legal_mail)
    assert as_ana.get(f"tickets/{mail.number}/chat/")[0] == 404
    assert as_ana.patch(f"tickets/{mail.number}/chat/", {"state": "over"})[0] == 404
    assert as_ana.patch(f"tickets/{hidden.number}/chat/", {"state": "over"})[0] == 404
