"""E-mail: mail in by SMTP, parsing, threading input, answers out by SMTP."""
