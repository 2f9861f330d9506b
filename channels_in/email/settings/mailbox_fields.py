"""From which mailbox the inbox fetches its mail, where it is not brought to the desk's door."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from channels_in.base import ConfigForm, Section
from channels_in.email.mailbox import IMAP, POP3
from channels_in.email.transport import PLAIN, STARTTLS, TLS

PASSWORD, OAUTH = "password", "oauth"


class MailboxFields(ConfigForm):
    secret_fields: ClassVar[frozenset[str]] = frozenset({"incoming_password"})
    destination_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "incoming",
            "incoming_host",
            "incoming_port",
            "incoming_security",
            "incoming_user",
            "mail_login",
            "incoming_folder",
            "incoming_delete",
        }
    )
    sections: ClassVar[tuple[Section, ...]] = (
        Section(
            "Mailbox",
            "Where mail waits for the desk. It is only looked at: nothing is marked as read, moved or deleted.",
            (
                "incoming",
                "incoming_host",
                "incoming_security",
                "incoming_port",
                "mail_login",
                "incoming_user",
                "incoming_password",
                "incoming_folder",
                "incoming_window",
                "incoming_delete",
            ),
        ),
    )

    incoming = forms.ChoiceField(
        label="How mail comes in",
        required=False,
        choices=[
            ("", "It is brought to the desk (SMTP, LMTP or a provider)"),
            (IMAP, "Fetched by IMAP"),
            (POP3, "Fetched by POP3"),
        ],
    )
    incoming_host = forms.CharField(
        label="Mail server",
        required=False,
        max_length=253,
        help_text="Such as imap.gmail.com or outlook.office365.com.",
    )
    incoming_security = forms.ChoiceField(
        label="Encryption",
        required=False,
        choices=[(TLS, "TLS from the start"), (STARTTLS, "STARTTLS"), (PLAIN, "None")],
    )
    incoming_port = forms.IntegerField(
        label="Port", required=False, min_value=1, max_value=65535, help_text="Empty: the usual one."
    )
    mail_login = forms.ChoiceField(
        label="Login",
        required=False,
        choices=[(PASSWORD, "Password"), (OAUTH, "Sign-in with Google, Microsoft 365 or another provider")],
        help_text="Sending through this inbox's own mail server logs in the same way.",
    )
    incoming_user = forms.CharField(
        label="User name", required=False, max_length=320, help_text="Empty: the inbox's address."
    )
    incoming_password = forms.CharField(
        label="Password of the mailbox",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="It is stored encrypted and never shown again; leave it empty to keep it.",
    )
    incoming_folder = forms.CharField(
        label="Folder", required=False, max_length=200, help_text="Empty: INBOX. IMAP only."
    )
    incoming_window = forms.ChoiceField(
        label="Mail that is already there",
        required=False,
        choices=[
            ("new", "Leave it alone: only mail that comes from now on"),
            ("7", "Take in the last 7 days"),
            ("30", "Take in the last 30 days"),
            ("90", "Take in the last 90 days"),
            ("365", "Take in the last year"),
            ("all", "Take in everything"),
        ],
        help_text="Asked once, at the first connection. Older mail comes as history: no answers, no alarms.",
    )
    incoming_delete = forms.BooleanField(
        label="Delete mail from the server once it is here (POP3 only)", required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("incoming") and "incoming_host" in self.fields and not cleaned.get("incoming_host"):
            self.add_error("incoming_host", "Name the mail server of the mailbox.")
        return cleaned
