"""Registers the routing app, its facts for conditions, and its subscribers."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "routing"

    def ready(self) -> None:
        from routing import facts as facts
        from routing import subscribers as subscribers
