"""What a demo customer may write: a first mail to one of the desk's inboxes, or an answer to a mail received."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from channels_in.email.demo_customer import Letter
from channels_in.email.door import mail_inboxes
from channels_in.selectors.demo_mailboxes import ReadMail
from core.errors import Invalid

MAX_FILES_BYTES = 10 * 1024 * 1024


class _Files(forms.FileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Each of several files is checked as one would be."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [super(_FilesField, self).clean(item, initial) for item in data or []]


class LetterForm(forms.Form):
    """Without an answered mail it asks for everything; with one, only for the words."""

    sender = forms.EmailField(label="From", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    sender_name = forms.CharField(label="Your name", max_length=100, required=False)
    to = forms.ChoiceField(label="To")
    subject = forms.CharField(label="Subject", max_length=300)
    text = forms.CharField(label="Message", max_length=50_000, widget=forms.Textarea(attrs={"rows": 8}))
    attachments = _FilesField(label="Files", required=False, widget=_Files(attrs={"multiple": True}))

    def __init__(self, *args: Any, answered: ReadMail | None = None, mailbox: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answered = answered
        self.mailbox = mailbox
        if answered is not None:
            for name in ("sender", "sender_name", "to", "subject"):
                del self.fields[name]
            self.fields["text"].label = "Your answer"
            return
        choices = [(inbox.address, f"{inbox.name} <{inbox.address}>") for inbox in mail_inboxes() if inbox.is_active]
        self.fields["to"] = forms.ChoiceField(label="To", choices=choices)

    def letter(self) -> Letter:
        """Raises Invalid when the files are too large."""
        files: Sequence[UploadedFile[Any]] = self.cleaned_data["attachments"]
        if sum(file.size or 0 for file in files) > MAX_FILES_BYTES:
            raise Invalid("The files are too large.", fields={"attachments": "At most 10 MB together."})
        read = [(file.name or "file", file.content_type or "application/octet-stream", file.read()) for file in files]
        said = self.cleaned_data
        if self.answered is None:
            return Letter(
                sender=said["sender"].lower(),
                sender_name=said["sender_name"],
                to=said["to"],
                subject=said["subject"],
                text=said["text"],
                files=read,
            )
        mail = self.answered.content
        to = mail.reply_to[0] if mail.reply_to else mail.sender
        name = next((item.name for item in mail.to if item.address == self.mailbox), "")
        subject = mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"
        return Letter(
            sender=self.mailbox,
            sender_name=name,
            to=to.address,
            subject=subject,
            text=f"{said['text']}\n\n{quoted(self.answered)}",
            in_reply_to=mail.message_id,
            references=mail.references,
            files=read,
        )


def quoted(answered: ReadMail) -> str:
    """As mail programs do it, so that the desk has something to fold away."""
    mail = answered.content
    who = f"{mail.sender.name} <{mail.sender.address}>".strip()
    when = answered.received_at.strftime("%a, %d %b %Y at %H:%M")
    lines = "\n".join(f"> {line}" for line in mail.text.splitlines())
    return f"On {when}, {who} wrote:\n{lines}"
