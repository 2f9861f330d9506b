"""The writers of the promises."""
