"""The writers of the bell."""
