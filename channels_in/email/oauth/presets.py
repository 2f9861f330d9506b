"""What Google and Microsoft want to be asked, so that an admin only brings the app's id and secret."""

from __future__ import annotations

from dataclasses import dataclass

from channels_in.models import SignInFlow

OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """`{tenant}` stands for the organization's directory at Microsoft."""

    label: str
    authorize_url: str
    token_url: str
    scopes: str
    client_scopes: str = ""
    imap_host: str
    smtp_host: str

    def scopes_of(self, flow: str) -> str:
        return self.client_scopes if flow == SignInFlow.CLIENT and self.client_scopes else self.scopes


PRESETS: dict[str, Preset] = {
    "google": Preset(
        label="Google",
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address, no secret
        scopes="https://mail.google.com/",
        imap_host="imap.gmail.com",
        smtp_host="smtp.gmail.com",
    ),
    "microsoft": Preset(
        label="Microsoft 365",
        authorize_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106 - an address
        scopes="https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
        client_scopes="https://outlook.office365.com/.default",
        imap_host="outlook.office365.com",
        smtp_host="smtp.office365.com",
    ),
}
