"""Fetching mail by POP3, for mailboxes that offer nothing else."""
