"""A day of a whole desk under a virtual clock: real services, no network, and what must hold at every minute of it."""
