"""The heart: tickets, their messages and everything that changes them."""
