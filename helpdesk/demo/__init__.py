"""The demo desk: people, tickets and history worth looking at."""
