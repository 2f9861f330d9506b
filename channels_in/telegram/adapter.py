"""The Telegram adapter: what docs/adding-a-channel.md asks of every kind."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from channels_in.base import (
    Adapter,
    ConfigForm,
    Headers,
    ParsedEvent,
    Progress,
    RawDelivery,
    RemoteFile,
    Sent,
    Verdict,
    body_key,
)
from channels_in.telegram import api, connect, parse
from channels_in.telegram.send import MAX_UPLOAD_BYTES, TEXT_UNITS, send
from tickets.capabilities import Capabilities
from tickets.inbound import Inbound
from tickets.models import Inbox, Message

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
_MAX_PARTS = 5


class TelegramConfig(ConfigForm):
    """A bot: its token, and where its Bot API is served."""

    secret_fields: ClassVar[frozenset[str]] = frozenset({"token"})
    destination_fields: ClassVar[frozenset[str]] = frozenset({"api_base"})

    token = forms.RegexField(
        regex=r"^\d+:[\w-]{20,}$",
        label="Bot token",
        required=False,
        help_text="From @BotFather. It is stored encrypted and never shown again; leave it empty to keep it.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "A bot token looks like 123456789:AAExampleExampleExample."},
    )
    api_base = forms.URLField(
        label="Bot API address",
        required=False,
        assume_scheme="https",
        initial=api.DEFAULT_BASE,
        help_text="Change it only for a Bot API server of your own.",
    )


class TelegramAdapter(Adapter):
    kind = parse.KIND
    capabilities = Capabilities(
        label="Telegram",
        icon="telegram",
        attachments=True,
        max_text=TEXT_UNITS * _MAX_PARTS,
        max_attachment_bytes=MAX_UPLOAD_BYTES,
    )
    Config = TelegramConfig
    has_webhook = True

    def verify(self, inbox: Inbox, headers: Headers, body: bytes) -> Verdict:
        """Telegram repeats the secret that we chose when connecting; it signs nothing."""
        expected = str(inbox.secrets.get("webhook_secret") or "")
        given = headers.get(SECRET_HEADER, "")
        if not given:
            return Verdict.UNSIGNED
        if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
            return Verdict.FORGED
        return Verdict.GENUINE

    def delivery_key(self, inbox: Inbox, headers: Headers, body: bytes) -> str:
        """An edit of the same message is an update of its own, so the update's number is the key."""
        number = _update(body).get("update_id")
        return f"update:{number}" if isinstance(number, int) else body_key(body)

    def lane(self, inbox: Inbox, headers: Headers, body: bytes) -> str:
        chat = parse.chat_of(_update(body)).get("id")
        return f"chat:{chat}" if isinstance(chat, int) else ""

    def bundle(self, inbox: Inbox, headers: Headers, body: bytes) -> str:
        update = _update(body)
        message = update.get("message")
        group = message.get("media_group_id") if isinstance(message, dict) else None
        return f"album:{parse.chat_of(update).get('id')}:{group}" if group else ""

    def parse(self, delivery: RawDelivery) -> Sequence[ParsedEvent]:
        return parse.parse(delivery.raw)

    def merge(self, parts: Sequence[Inbound]) -> Inbound:
        return parse.merge(parts)

    def fetch_file(self, inbox: Inbox, file: RemoteFile) -> bytes:
        return api.download(inbox, file.ref)

    def send(self, inbox: Inbox, message: Message, progress: Progress) -> Sent:
        return send(inbox, message, progress)

    def connect(self, inbox: Inbox, *, site_url: str) -> str:
        return connect.connect(inbox, site_url=site_url)


def _update(body: bytes) -> dict[str, Any]:
    """The update, or nothing when it is none: then the parser says so, where agents see it."""
    try:
        return parse.load(body)
    except (ValueError, TypeError, RecursionError):
        return {}
