"""Fixtures that every test may use."""

# The environment must be told before pytest-django reads the settings.
from tests import environment as environment  # isort: skip
