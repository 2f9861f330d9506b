"""Public collections of mails and what their own test-suites expect of them: `make corpora`."""
