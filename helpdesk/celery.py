"""The Celery app, and everything that runs by the clock."""

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# name -> {"task": dotted name, "schedule": seconds, "options": {"queue": ..., "expires": seconds}}
BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # What was lost between a row and its task, and what has become due: undo windows, pauses, leases.
    "sweep-inbound": {
        "task": "channels_in.tasks.sweep_inbound",
        "schedule": 1.0,
        "options": {"queue": "clock", "expires": 5},
    },
    "sweep-outbox": {
        "task": "channels_in.tasks.sweep_outbox",
        "schedule": 1.0,
        "options": {"queue": "clock", "expires": 5},
    },
}

app.conf.beat_schedule = BEAT_SCHEDULE
