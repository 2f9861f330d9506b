"""Registers the sla app and its subscribers."""

from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "sla"

    def ready(self) -> None:
        from sla import facts as facts
        from sla import subscribers as subscribers
