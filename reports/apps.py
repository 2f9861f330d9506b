"""Registers the reports app and its subscribers."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from reports import callbacks as callbacks
        from reports import satisfaction as satisfaction
        from reports import subscribers as subscribers
