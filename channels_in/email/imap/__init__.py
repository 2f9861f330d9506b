"""Fetching mail by IMAP: read only, nothing is ever marked, moved or deleted."""
