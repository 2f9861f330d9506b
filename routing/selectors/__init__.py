"""Reads of routing."""
