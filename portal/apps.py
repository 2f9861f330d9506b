"""Registers the portal app and its subscribers."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal import subscribers as subscribers
