"""Placeholders in the texts of rules and macros: a fixed list, replaced as plain text, never run as a template."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django import forms

from sla.prediction import in_a_sentence, in_words
from sla.selectors.expectations import expected_response
from tickets.models import Ticket
from tickets.selectors.automatic_replies import is_proven_to_write

PLACEHOLDERS = {
    "contact.name": "the customer's name",
    "contact.first_name": "the customer's first name",
    "ticket.number": "the ticket's number",
    "ticket.subject": "the subject",
    "team.name": "the team's name",
    "agent.name": "the assignee's name",
    "ticket.expected_answer": "how soon an answer is likely, such as: Usually within 2 hours",
    "ticket.expected_sentence": "the same as a sentence: We usually answer within 2 hours.",
}
# Customers choose their names, and whoever writes in a victim's name would choose what we tell the victim.
_NO_NAME = re.compile(r"[/@]|\bwww\.|\w\.[a-z]{2,}")
_LONGEST_NAME = 60
_MARK = re.compile(r"(,?[ \t]*)\{\{\s*([a-z._]+)\s*\}\}")


class TextForm(forms.Form):
    text = forms.CharField(
        label="Text",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=", ".join(f"{{{{{k}}}}}" for k in PLACEHOLDERS),
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if unknown := unknown_placeholder(text):
            raise forms.ValidationError(f"There is no placeholder {{{{{unknown}}}}}.")
        return text


def unknown_placeholder(text: str) -> str:
    """The first name in the text that is no placeholder; empty when all are known."""
    names = sorted({name for _, name in _MARK.findall(text)})
    return next((name for name in names if name not in PLACEHOLDERS), "")


def filled(text: str, ticket: Ticket, *, by_itself: bool = False) -> str:
    """The text with its placeholders replaced; what is unknown becomes empty, with the comma before it.

    What the desk writes `by_itself` holds no words that a stranger chose: no subject, and a name only where it is
    proven who wrote.
    """
    name = "" if by_itself and not is_proven_to_write(ticket) else _name(ticket.contact.name)
    values = {
        "contact.name": name,
        "contact.first_name": name.split(" ")[0],
        "ticket.number": str(ticket.number),
        "ticket.subject": "" if by_itself else ticket.subject,
        "team.name": ticket.team.name if ticket.team else "",
        "agent.name": ticket.assignee.name if ticket.assignee else "",
        **(_expected(ticket) if "ticket.expected_" in text else {}),
    }
    return _MARK.sub(lambda mark: _placed(mark, values), text)


def _placed(mark: re.Match[str], values: Mapping[str, str]) -> str:
    value = values.get(mark.group(2), "")
    return f"{mark.group(1)}{value}" if value else ""


def _expected(ticket: Ticket) -> dict[str, str]:
    expected = expected_response(ticket.inbox)
    if expected is None:
        return {}
    return {"ticket.expected_answer": in_words(expected), "ticket.expected_sentence": in_a_sentence(expected)}


def _name(text: str) -> str:
    """Empty for what is rather an address or an advertisement."""
    return "" if len(text) > _LONGEST_NAME or _NO_NAME.search(text) else text


def shortened(text: str, limit: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
