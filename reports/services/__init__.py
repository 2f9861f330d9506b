"""What changes the rows of reports."""
