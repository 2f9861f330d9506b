"""What the mail channel writes of its own: the demo customers' mailboxes."""
