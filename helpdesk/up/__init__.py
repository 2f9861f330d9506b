"""Runs the whole desk on one machine: `manage.py up`."""
