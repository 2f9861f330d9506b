"""A letter as the kind of message that anymail sends."""

from __future__ import annotations

from email.headerregistry import Address as HeaderAddress
from email.utils import formataddr

from anymail.message import AnymailMessage, attach_inline_image

from channels_in.email.compose import Letter
from channels_in.email.providers.catalog import Provider

# Providers give it back with every later word about the mail.
METADATA = "desk_message"


def django_message(letter: Letter, provider: Provider) -> AnymailMessage:
    mail = AnymailMessage(
        subject=letter.subject,
        body=letter.text,
        from_email=_text(letter.sender),
        to=[_text(item) for item in letter.to],
        cc=[_text(item) for item in letter.cc],
        bcc=[_text(item) for item in letter.bcc],
        reply_to=[letter.reply_to],
        headers=_headers(letter, provider),
    )
    mail.attach_alternative(letter.html, "text/html")
    for part in letter.inside:
        if provider.takes_pictures:
            subtype = part.content_type.partition("/")[2]
            # The HTML names the picture by the id that it has in a mail; anymail takes it as it is.
            _attach_picture(mail, part.content, part.name, part.content_id, subtype)
        else:
            mail.attach(part.name, part.content, part.content_type)
    for part in letter.beside:
        mail.attach(part.name, part.content, part.content_type)
    mail.metadata = {METADATA: letter.message_id}
    # Customers are not spied upon.
    mail.track_opens = mail.track_clicks = False
    return mail


def _headers(letter: Letter, provider: Provider) -> dict[str, str]:
    """Some providers spoil headers that are not ASCII; none of ours is worth that."""
    headers = {"Message-ID": f"<{letter.message_id}>", **provider.extra_headers}
    headers.update({name: value for name, value in letter.headers if value.isascii()})
    return headers


def _attach_picture(mail: AnymailMessage, content: bytes, name: str, content_id: str, subtype: str) -> None:
    attach_inline_image(mail, content, filename=name, subtype=subtype)
    part = mail.attachments[-1]
    part.replace_header("Content-ID", f"<{content_id}>")


def _text(address: HeaderAddress) -> str:
    return formataddr((address.display_name, address.addr_spec))
