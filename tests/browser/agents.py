"""An agent at the desk, as the browser stories need them."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage

from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page

from people.models import Agent
from tests.stack import Stack


@dataclass
class AtTheDesk:
    """One agent, one browser; signed in by a session cookie, since signing in has its own test."""

    page: Page
    agent: Agent
    url: str

    def opens(self, path: str) -> AtTheDesk:
        self.page.goto(f"{self.url}{path}")
        self.page.wait_for_selector("html[data-started]")
        return self

    def row(self, text: str) -> Locator:
        return self.page.locator("#tickets > .row", has_text=text)

    @property
    def composer(self) -> Locator:
        return self.page.locator("#composer textarea")

    @property
    def timeline(self) -> Locator:
        return self.page.locator("#timeline")

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


def at_the_desk(page: Page, agent: Agent, stack: Stack) -> AtTheDesk:
    client = Client()
    client.force_login(agent)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": stack.url}])
    return AtTheDesk(page, agent, stack.url)


def mail_from(sender: str, to: str, *, subject: str, text: str, stack: Stack) -> None:
    """A customer's mail through the real door."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", stack.mail_port, timeout=10) as door:
        door.send_message(mail)
