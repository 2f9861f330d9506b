"""Registers the api app and its subscribers."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"

    def ready(self) -> None:
        from api import subscribers as subscribers
