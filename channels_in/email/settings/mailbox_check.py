"""Whether the mailbox lets us in, which folders it has, and how much is in the one that is fetched."""

from __future__ import annotations

from channels_in.checks import Check, Finding, Mark
from channels_in.email.imap import folder as folders
from channels_in.email.imap import session as imap
from channels_in.email.mailbox import IMAP, Mailbox, MailboxTrouble, mailbox_of
from channels_in.email.pop3 import session as pop3
from tickets.models import Inbox

_SHOWN_FOLDERS = 12


def look_into_mailbox(inbox: Inbox) -> Finding:
    mailbox = mailbox_of(inbox)
    if mailbox is None:
        return Finding(mark=Mark.SKIPPED, sentence="Mail is brought to the desk; there is no mailbox to look into.")
    try:
        return _by_imap(inbox, mailbox) if mailbox.protocol == IMAP else _by_pop3(inbox, mailbox)
    except MailboxTrouble as trouble:
        return Finding(mark=Mark.BAD, sentence=trouble.sentence, advice=_advice(mailbox, trouble))


def _by_imap(inbox: Inbox, mailbox: Mailbox) -> Finding:
    with imap.session(mailbox, inbox) as client:
        names = sorted(str(name) for _, _, name in client.list_folders())
        if mailbox.folder.upper() != "INBOX" and mailbox.folder not in names:
            return Finding(
                mark=Mark.BAD,
                sentence=f"{mailbox.host} lets us in, but there is no folder “{mailbox.folder}”.",
                advice="Choose one of these.",
                facts=tuple(names[:_SHOWN_FOLDERS]),
            )
        count = folders.look(client, mailbox.folder).count
        can_listen = "IDLE" in imap.capabilities(client)
    how = "New mail is here within seconds." if can_listen else "It is looked at once a minute."
    return Finding(
        mark=Mark.OK,
        sentence=f"{mailbox.host} lets us in; {mailbox.folder} holds {count:,} mails. {how}",
        facts=(f"Folders: {', '.join(names[:_SHOWN_FOLDERS])}",),
    )


def _by_pop3(inbox: Inbox, mailbox: Mailbox) -> Finding:
    with pop3.session(mailbox, inbox) as client:
        count, _ = client.stat()
        client.uidl()
    return Finding(mark=Mark.OK, sentence=f"{mailbox.host} lets us in; the mailbox holds {count:,} mails.")


def _advice(mailbox: Mailbox, trouble: MailboxTrouble) -> str:
    if not trouble.is_login:
        return "Check the name of the server, the port and the encryption."
    if mailbox.is_oauth:
        return "Open “Sign-in” above and sign in again."
    return "Check the user name and the password. Google and Microsoft 365 need a sign-in in place of a password."


MAILBOX = Check(
    name="mailbox",
    label="Mailbox",
    help="Logs in, lists the folders and counts the mails; takes none.",
    run=look_into_mailbox,
)
