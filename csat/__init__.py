"""Asks customers how it was: surveys, requests, ratings, and the recovery of unhappy ones."""
