"""Real servers of other projects, run for a test with their own folders and free ports."""
