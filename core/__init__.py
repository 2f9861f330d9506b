"""What every app stands on: events, errors, time, secrets, paging. Imports no app."""
