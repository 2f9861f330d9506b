"""The HTML that customers meet: widget, chat page, contact form."""
