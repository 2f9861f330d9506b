"""Reads of the heart; every one starts from what the reader may see."""
