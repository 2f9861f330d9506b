"""The mail adapter: what docs/adding-a-channel.md asks of every kind. Mail comes in over SMTP, not by webhook."""

from __future__ import annotations

from collections.abc import Sequence

from channels_in.base import Adapter, ParsedEvent, Progress, RawDelivery, Sent
from channels_in.checks import Check
from channels_in.email.compose import Letter, letter_of, written
from channels_in.email.kind import KIND
from channels_in.email.reading import read
from channels_in.email.settings.checks import checks_for
from channels_in.email.settings.form import EmailConfig
from channels_in.email.signatures import with_signature
from channels_in.email.transport import TooLargeForThem, server_of, transmit
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

    def checks(self, inbox: Inbox) -> Sequence[Check]:
        return checks_for(inbox)

    def parse(self, delivery: RawDelivery) -> Sequence[ParsedEvent]:
        return read(delivery)

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
            return _hand_over(inbox, letter, progress)
        except TooLargeForThem:
            if not letter.beside and not letter.inside:
                raise
        return _hand_over(inbox, letter_of(inbox, message, as_links=True), progress)


def _hand_over(inbox: Inbox, letter: Letter, progress: Progress) -> Sent:
    transmit(server_of(inbox), written(letter), progress)
    return Sent(external_id=letter.message_id)
