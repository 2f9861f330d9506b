"""The running desk for stories: real web, worker, beat and mail-in processes on free ports."""
