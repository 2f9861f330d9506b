"""Tests of the csat app."""
