"""Registers the wiring as an app so that its commands (`up`, `doctor`, `lint_*`) are found."""

from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = "Helpdesk"

    def ready(self) -> None:
        """Apps of one layer are strangers: here they are introduced."""
        from helpdesk import notices, satisfaction

        notices.wire()
        satisfaction.wire()
