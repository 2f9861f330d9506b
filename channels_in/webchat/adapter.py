"""The chat as a channel: words come in by our own doors, answers are pushed to the visitor's open windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from channels_in.base import Adapter, ConfigForm, ParsedEvent, Progress, RawDelivery, Sent, SetupStep
from channels_in.webchat import mail, payload
from channels_in.webchat.conversation import addressee
from channels_in.webchat.services import visitors
from channels_in.webchat.settings_form import WebchatConfig
from tickets.capabilities import Capabilities
from tickets.models import Inbox, Message


class WebchatAdapter(Adapter):
    """Has no webhook. Showing a message twice changes nothing, since the browser knows it by its number."""

    kind: ClassVar[str] = payload.KIND
    capabilities: ClassVar[Capabilities] = Capabilities(
        label="Chat",
        icon="message-circle",
        attachments=True,
        typing=True,
        rings=True,
        receipts=True,
        max_text=10_000,
        max_attachment_bytes=10 * 1024 * 1024,
    )
    Config: ClassVar[type[ConfigForm]] = WebchatConfig
    is_idempotent: ClassVar[bool] = True

    def setup_steps(self, inbox: Inbox, site_url: str) -> Sequence[SetupStep]:
        snippet = f'<script src="{site_url}/widget.js" data-inbox="{inbox.token}" async></script>'
        return [SetupStep(label="Put this line on every page of your site", text=snippet)]

    def parse(self, delivery: RawDelivery) -> Sequence[ParsedEvent]:
        return [payload.load(delivery.raw)]

    def send(self, inbox: Inbox, message: Message, progress: Progress) -> Sent:
        """The open chat shows what is sent (subscribers.py); who is gone and left an address gets it there, too."""
        identity_id = addressee(message)
        if identity_id is None:
            return Sent()
        address = mail.address_now(identity_id, is_automatic=message.is_automatic)
        if address is not None:
            return Sent(external_id=mail.send_copy(message, to=address, progress=progress))
        visitors.expect_reading(identity_id)
        return Sent()
