"""Registers the callbacks app."""

from django.apps import AppConfig


class CallbacksConfig(AppConfig):
    name = "callbacks"
