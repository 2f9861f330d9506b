"""Reads of callbacks."""
