"""The HTML that agents and managers work in."""
