"""Registers the channels_in app."""

from django.apps import AppConfig


class ChannelsInConfig(AppConfig):
    name = "channels_in"
