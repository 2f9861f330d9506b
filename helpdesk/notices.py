"""Lets the bell's mails leave through the mail channel."""

from __future__ import annotations

from channels_in.email.notices import send_notice
from notifications.services import by_mail
from notifications.services.by_mail import Notice


def wire() -> None:
    by_mail.provide(_send)


def _send(notice: Notice) -> None:
    send_notice(agent=notice.agent, ticket=notice.ticket, title=notice.title, text=notice.text)
