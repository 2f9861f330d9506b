"""The settings of a mail inbox as one form, put together from its sections."""

from __future__ import annotations

from typing import ClassVar

from channels_in.base import Section
from channels_in.email.settings.incoming import IncomingFields
from channels_in.email.settings.mailbox_fields import MailboxFields
from channels_in.email.settings.outgoing import OutgoingFields
from channels_in.email.settings.sender import SenderFields


class EmailConfig(SenderFields, OutgoingFields, IncomingFields, MailboxFields):
    """Each section brings its fields, and says which of them are secret or decide where secrets go."""

    secret_fields: ClassVar[frozenset[str]] = (
        SenderFields.secret_fields
        | OutgoingFields.secret_fields
        | IncomingFields.secret_fields
        | MailboxFields.secret_fields
    )
    destination_fields: ClassVar[frozenset[str]] = (
        SenderFields.destination_fields
        | OutgoingFields.destination_fields
        | IncomingFields.destination_fields
        | MailboxFields.destination_fields
    )
    sections: ClassVar[tuple[Section, ...]] = (
        *IncomingFields.sections,
        *MailboxFields.sections,
        *OutgoingFields.sections,
        *SenderFields.sections,
    )
