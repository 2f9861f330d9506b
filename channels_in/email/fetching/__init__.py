"""The fetchers: one thread per mailbox, in a process that may run several times."""
