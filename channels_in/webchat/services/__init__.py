"""What changes a visitor, and how their words come in."""
