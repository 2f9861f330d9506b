"""Registers the routing app and its subscribers."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "routing"

    def ready(self) -> None:
        from routing import subscribers as subscribers
