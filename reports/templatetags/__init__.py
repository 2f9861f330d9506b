"""Small words of the report templates."""
