"""Registers the live app and its listeners."""

from importlib import import_module

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "live"

    def ready(self) -> None:
        import_module("live.subscribers")
