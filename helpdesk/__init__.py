"""The wiring of Helpdesk: settings, addresses, workers, embedded services. No rules, no models."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
