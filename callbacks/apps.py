"""Registers the callbacks app and its subscribers."""

from django.apps import AppConfig


class CallbacksConfig(AppConfig):
    name = "callbacks"

    def ready(self) -> None:
        from callbacks import subscribers as subscribers
