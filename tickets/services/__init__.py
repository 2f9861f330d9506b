"""The only writers of tickets. Each change is one transaction, one journal entry and one published event."""
