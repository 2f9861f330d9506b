"""Registers the csat app, its facts for conditions, and its subscribers."""

from django.apps import AppConfig


class CsatConfig(AppConfig):
    name = "csat"

    def ready(self) -> None:
        from csat import facts as facts
        from csat import subscribers as subscribers
