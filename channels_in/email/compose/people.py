"""Who a mail is from and to, written so that no name of a stranger can become a header."""

from __future__ import annotations

import re
from email.headerregistry import Address as HeaderAddress

import idna

from channels_in.base import ChannelError, ErrorKind
from channels_in.email.parse.addresses import normal_address
from core.text import clean_name
from tickets.models import Inbox, Message

# The header parser of the standard library would decode such words, line breaks and all, out of any name or subject.
_ENCODED_WORD_STARTS = re.compile(r"=(?=\?)")


def addresses(message: Message, role: str) -> list[HeaderAddress]:
    found: dict[str, HeaderAddress] = {}
    for item in message.recipients.get(role) or []:
        address = ascii_domain(normal_address(str(item.get("address", ""))))
        local, _, domain = address.rpartition("@")
        if local and domain and "=?" not in address:
            found.setdefault(address, HeaderAddress(_name(str(item.get("name", ""))), local.strip('"'), domain))
    return list(found.values())


def sender(inbox: Inbox, message: Message) -> HeaderAddress:
    """An agent's name with the inbox's, so that the customer knows both."""
    local, _, domain = ascii_domain(inbox.address).rpartition("@")
    inbox_name = _name(str(inbox.config.get("from_name") or "") or inbox.name)
    author = _name(str(message.author_agent)) if message.author_agent else ""
    return HeaderAddress(f"{author} ({inbox_name})" if author else inbox_name, local, domain)


def plain(text: str) -> str:
    """Words of people are words, also where they look like the encoding of others."""
    return _ENCODED_WORD_STARTS.sub("= ", text)


def ascii_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise ChannelError(ErrorKind.PERMANENT, f"The address {address} is not valid.") from error


def _name(text: str) -> str:
    return plain(clean_name(text))
