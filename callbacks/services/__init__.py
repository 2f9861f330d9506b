"""The only writers of callbacks."""
