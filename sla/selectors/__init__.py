"""What may be read of promises."""
