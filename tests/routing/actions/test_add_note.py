"""The action that adds a note."""

from __future__ import annotations

from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox, Message


def test_rule_adds_a_note_with_its_placeholders_filled(inbox: Inbox) -> None:
    ticket = do("add_note", customer_writes(inbox), text="Call {{contact.name}} about #{{ ticket.number }}.")
    note = Message.objects.get(ticket=ticket, kind="note")
    assert note.text == f"Call Ana Ruiz about #{ticket.number}."
    assert note.is_automatic


def test_customers_words_are_never_run_as_a_template(inbox: Inbox) -> None:
    ticket = customer_writes(inbox, subject="{{contact.name}} {% debug %}")
    do("add_note", ticket, text="{{ticket.subject}}")
    assert Message.objects.get(ticket=ticket, kind="note").text == "{{contact.name}} {% debug %}"
