"""Registers the sla app."""

from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "sla"

    def ready(self) -> None:
        from sla import subscribers  # noqa: F401 - listeners register on import
