"""Tells Telegram where to deliver a bot's updates, and with which secret."""

from __future__ import annotations

from channels_in.telegram import api
from core.ids import new_token
from tickets.models import Inbox
from tickets.services import inboxes

UPDATES = ("message", "edited_message", "my_chat_member")


def connect(inbox: Inbox, *, site_url: str) -> str:
    """Register the webhook; returns its address. A new secret each time. Raises ChannelError."""
    bot = api.call(inbox, "getMe", {})
    secret = new_token(48)
    url = f"{site_url.rstrip('/')}/hooks/{inbox.token}/"
    # Stored first: an update may come before Telegram's answer does.
    address = f"@{bot['username']}" if bot.get("username") else inbox.address
    inboxes.configure(inbox, config={}, secrets={"webhook_secret": secret}, address=address)
    api.call(
        inbox,
        "setWebhook",
        {"url": url, "secret_token": secret, "allowed_updates": list(UPDATES), "max_connections": 10},
    )
    inboxes.enable(inbox)
    return url
