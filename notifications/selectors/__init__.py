"""Reads of the bell."""
