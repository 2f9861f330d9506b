"""Providers played by small servers of our own."""
