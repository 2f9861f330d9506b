"""Registers the channels_in app, its subscribers, and the registry's answer to what a channel can do."""

from django.apps import AppConfig


class ChannelsInConfig(AppConfig):
    name = "channels_in"

    def ready(self) -> None:
        from channels_in import subscribers as subscribers
        from channels_in.registry import capabilities_of
        from channels_in.webchat import subscribers as webchat_subscribers  # noqa: F401
        from tickets import capabilities

        capabilities.provide(capabilities_of)
