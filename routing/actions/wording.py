"""Placeholders in the texts of rules and macros: a fixed list, replaced as plain text, never run as a template."""

from __future__ import annotations

import re

from django import forms

from tickets.models import Ticket

PLACEHOLDERS = {
    "contact.name": "the customer's name",
    "contact.first_name": "the customer's first name",
    "ticket.number": "the ticket's number",
    "ticket.subject": "the subject",
    "team.name": "the team's name",
    "agent.name": "the assignee's name",
}
# Customers choose their names, and whoever writes in a victim's name would choose what we tell the victim.
_NO_NAME = re.compile(r"[/@]|\bwww\.|\w\.[a-z]{2,}")
_LONGEST_NAME = 60
_MARK = re.compile(r"\{\{\s*([a-z._]+)\s*\}\}")


class TextForm(forms.Form):
    text = forms.CharField(
        label="Text", max_length=5000, widget=forms.Textarea, help_text=", ".join(f"{{{{{k}}}}}" for k in PLACEHOLDERS)
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if unknown := unknown_placeholder(text):
            raise forms.ValidationError(f"There is no placeholder {{{{{unknown}}}}}.")
        return text


def unknown_placeholder(text: str) -> str:
    """The first name in the text that is no placeholder; empty when all are known."""
    return next((name for name in sorted(set(_MARK.findall(text))) if name not in PLACEHOLDERS), "")


def filled(text: str, ticket: Ticket) -> str:
    """The text with its placeholders replaced; what is unknown becomes empty."""
    values = {
        "contact.name": _name(ticket.contact.name),
        "contact.first_name": _name(ticket.contact.name).split(" ")[0],
        "ticket.number": str(ticket.number),
        "ticket.subject": ticket.subject,
        "team.name": ticket.team.name if ticket.team else "",
        "agent.name": ticket.assignee.name if ticket.assignee else "",
    }
    return _MARK.sub(lambda mark: values.get(mark.group(1), ""), text)


def _name(text: str) -> str:
    """Empty for what is rather an address or an advertisement."""
    return "" if len(text) > _LONGEST_NAME or _NO_NAME.search(text) else text


def shortened(text: str, limit: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
