"""Registers the wiring as an app so that its commands (`up`, `doctor`, `lint_*`) are found."""

from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = "Helpdesk"
