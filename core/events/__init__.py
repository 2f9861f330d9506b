"""What can happen (catalogue) and who is told (bus)."""
