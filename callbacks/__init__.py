"""Callbacks: customers are promised a call in a window of time, and the desk sees to it that somebody calls."""
