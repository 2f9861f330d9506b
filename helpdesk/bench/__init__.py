"""Benchmarks: `manage.py bench NAME` measures in a scratch database and prints JSON lines (docs/performance.md)."""
