"""Registers the wiring as an app so that its commands (`up`, `doctor`, `lint_*`) are found."""

from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = "Helpdesk"

    def ready(self) -> None:
        """Notifications and channels are strangers: here they are introduced."""
        from helpdesk import notices

        notices.wire()
