"""Taking in the mail of earlier years: archives of other programs, read without being loaded."""
