"""Whether the outgoing mail server lets us in."""

from __future__ import annotations

from channels_in.base import ChannelError
from channels_in.checks import Check, Finding, Mark
from channels_in.email.providers.catalog import provider_of
from channels_in.email.transport import greet, server_of
from tickets.models import Inbox


def smtp_login(inbox: Inbox) -> Finding:
    if provider := provider_of(inbox):
        return Finding(mark=Mark.SKIPPED, sentence=f"{provider.label} sends; the test mail below tries it out.")
    server = server_of(inbox)
    try:
        greet(server)
    except ChannelError as error:
        return Finding(mark=Mark.BAD, sentence=error.reason, advice="Check the server, the port, and the login.")
    who = f" as {server.user}" if server.user else ""
    return Finding(mark=Mark.OK, sentence=f"{server.host} lets us in{who}.")


SMTP_LOGIN = Check(
    name="smtp", label="Outgoing mail server", help="Connects and logs in; sends nothing.", run=smtp_login
)
