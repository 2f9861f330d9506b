"""The mail adapter: what docs/adding-a-channel.md asks of every kind. Mail comes in over SMTP, not by webhook."""

from __future__ import annotations

from collections.abc import Sequence

from channels_in.base import (
    Adapter,
    ChannelError,
    Confirmation,
    Enclosed,
    ErrorKind,
    Headers,
    ParsedEvent,
    Progress,
    RawDelivery,
    Sent,
    SetupStep,
    Verdict,
    body_key,
)
from channels_in.checks import Check
from channels_in.email.compose import letter_of
from channels_in.email.door import Mail, take_in
from channels_in.email.kind import KIND
from channels_in.email.leaving import leave
from channels_in.email.providers import sns
from channels_in.email.providers.catalog import account_of, provider_of
from channels_in.email.providers.fetching import fetched
from channels_in.email.providers.proofs import Call
from channels_in.email.providers.webhooks import PROVIDER, headers_to_keep, key_of, read_webhook
from channels_in.email.reading import read
from channels_in.email.settings.checks import checks_for
from channels_in.email.settings.form import EmailConfig
from channels_in.email.settings.steps import webhook_steps
from channels_in.email.signatures import with_signature
from channels_in.email.spam import screened
from channels_in.email.transport import TooLargeForThem
from channels_in.services.accept import Accepted
from tickets.capabilities import Capabilities
from tickets.inbound import Inbound
from tickets.models import Inbox, Message, RefKind
from tickets.services import outbox
from tickets.services.refs import remember_now


class EmailAdapter(Adapter):
    kind = KIND
    capabilities = Capabilities(
        label="E-mail",
        icon="mail",
        html=True,
        attachments=True,
        subject=True,
        copies=True,
        can_start=True,
        can_undo=True,
    )
    Config = EmailConfig
    # As mail systems do it among themselves: a greylisting ends in minutes, a broken server in a day or two.
    gives_up_after_hours = 48
    pauses_minutes = (1, 5, 15, 60)
    holds_bursts = True
    # One refusal may be a mistake of theirs.
    refusals_until_unreachable = 3

    def checks(self, inbox: Inbox) -> Sequence[Check]:
        return checks_for(inbox)

    def takes_webhooks(self, inbox: Inbox) -> bool:
        provider = provider_of(inbox)
        return provider is not None and provider.has_webhook

    def most_webhook_bytes(self, inbox: Inbox) -> int:
        """A mail with its files, grown by a third on the way."""
        return 40 * 1024 * 1024

    def verify(self, inbox: Inbox, headers: Headers, body: bytes) -> Verdict:
        provider = provider_of(inbox)
        return provider.proof(account_of(inbox), Call(body, headers)) if provider else Verdict.FORGED

    def delivery_key(self, inbox: Inbox, headers: Headers, body: bytes) -> str:
        provider = provider_of(inbox)
        key = key_of(provider, Call(body, headers)) if provider else ""
        return f"hook:{key}" if key else f"hook:{body_key(body)}"

    def stored_headers(self, inbox: Inbox, headers: Headers) -> dict[str, str]:
        provider = provider_of(inbox)
        return headers_to_keep(provider, headers) if provider else {}

    def setup_steps(self, inbox: Inbox, site_url: str) -> Sequence[SetupStep]:
        return webhook_steps(inbox, site_url)

    def parse(self, delivery: RawDelivery) -> Sequence[ParsedEvent]:
        if PROVIDER in delivery.headers:
            return read_webhook(delivery)
        return screened(delivery, read(delivery))

    def fetch_enclosed(self, inbox: Inbox, enclosed: Enclosed) -> Enclosed:
        provider = provider_of(inbox)
        if provider is None:
            raise ChannelError(ErrorKind.PERMANENT, "The inbox has no mail provider any more.")
        return fetched(provider, account_of(inbox), enclosed)

    def take_in(self, inbox: Inbox, enclosed: Enclosed) -> Accepted:
        """By the same door as any other mail: one that also came another way is the same."""
        envelope = enclosed.envelope
        mail = Mail(raw=enclosed.raw, mail_from=envelope.get("mail_from", ""), rcpt_to=envelope.get("rcpt_to", ""))
        return take_in(inbox, mail)

    def confirm(self, inbox: Inbox, confirmation: Confirmation) -> None:
        sns.confirm(confirmation.ref)

    def examine(self, delivery: RawDelivery, events: Sequence[ParsedEvent]) -> Sequence[ParsedEvent]:
        """Whose signature is under it, where the border server has not settled that already."""
        return [with_signature(event, delivery.raw) if isinstance(event, Inbound) else event for event in events]

    def send(self, inbox: Inbox, message: Message, progress: Progress) -> Sent:
        """The Message-ID is remembered before the mail leaves, so that even the quickest answer finds its ticket."""
        letter = letter_of(inbox, message)
        if message.inbox_id == inbox.pk and message.channel == KIND:
            outbox.assign_external_id(message, external_id=letter.message_id)
        else:
            # A chat's answer that also goes by mail keeps the id that its own channel gave it.
            remember_now(message.ticket_id, [letter.message_id], kind=RefKind.SENT, message_row_id=message.pk)
        try:
            return leave(inbox, letter, progress)
        except TooLargeForThem:
            if not letter.beside and not letter.inside:
                raise
        return leave(inbox, letter_of(inbox, message, as_links=True), progress)
