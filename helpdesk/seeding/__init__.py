"""Realistic data at any size, for measuring: `manage.py seed`."""
