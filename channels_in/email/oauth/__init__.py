"""Signing in to mail servers by OAuth 2. `access_token(inbox)` is what IMAP, POP3 and SMTP ask for."""

from channels_in.email.oauth.tokens import access_token, is_by_oauth

__all__ = ["access_token", "is_by_oauth"]
