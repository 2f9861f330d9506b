"""Messages in and out of the world: one folder per kind of channel."""
