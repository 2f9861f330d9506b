"""Reports: definitions, roll-ups, exports."""
