"""The Celery app, and everything that runs by the clock."""

import os
import sys
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery itself would close the database's connection around each task, and what the server has planned for it is lost.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize


@task_prerun.connect
def look_after_connections(**_: Any) -> None:
    """As between two requests: a connection that is broken or too old is given back before the task begins."""
    if not app.conf.task_always_eager:
        close_old_connections()


# name -> {"task": dotted name, "schedule": seconds, "options": {"queue": ..., "expires": seconds}}
BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "squash-counts": {
        "task": "tickets.tasks.squash_counts",
        "schedule": 60.0,
        "options": {"queue": "bulk", "expires": 60},
    },
    "forget-old-answers": {
        "task": "api.tasks.forget_old_answers",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
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
    # Edited policies that no worker has finished applying.
    "sweep-policies": {
        "task": "sla.tasks.sweep_policies",
        "schedule": 60.0,
        "options": {"queue": "clock", "expires": 60},
    },
    # Inboxes whose provider was away when their settings were saved.
    "sweep-connections": {
        "task": "channels_in.tasks.sweep_connections",
        "schedule": 10.0,
        "options": {"queue": "clock", "expires": 20},
    },
    # What is kept for a while only: raw bytes that became no message, uploads and files that nothing points at.
    "drop-raw": {
        "task": "channels_in.tasks.drop_raw",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
    "drop-abandoned-files": {
        "task": "tickets.tasks.drop_abandoned_files",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
    # Replies that agents scheduled.
    "send-scheduled-replies": {
        "task": "tickets.tasks.send_scheduled_replies",
        "schedule": 5.0,
        "options": {"queue": "clock", "expires": 10},
    },
    # Answers that a chat's visitor left unread go to the address they left.
    "mail-unread-chats": {
        "task": "channels_in.tasks.mail_unread_chats",
        "schedule": 5.0,
        "options": {"queue": "clock", "expires": 10},
    },
    # Tells SLA breaches, warns before them, wakes snoozed tickets.
    "tick-clocks": {
        "task": "sla.tasks.tick_clocks",
        "schedule": 1.0,
        "options": {"queue": "clock", "expires": 5},
    },
    # Events whose task got lost, chats that rang out, what was left behind, and agents who came online.
    "sweep-routing": {
        "task": "routing.tasks.sweep_routing",
        "schedule": 5.0,
        "options": {"queue": "route", "expires": 20},
    },
    # Who is on duty: each quarter of an hour is looked at once, as soon as it begins.
    "look-at-staffing": {
        "task": "routing.tasks.look_at_staffing",
        "schedule": 30.0,
        "options": {"queue": "clock", "expires": 60},
    },
    # Shifts that have begun or ended set the availability of their agents.
    "follow-shifts": {
        "task": "routing.tasks.follow_shifts",
        "schedule": 15.0,
        "options": {"queue": "clock", "expires": 15},
    },
    # Chats whose visitor left before anybody answered.
    "find-abandoned-chats": {
        "task": "routing.tasks.find_abandoned_chats",
        "schedule": 10.0,
        "options": {"queue": "clock", "expires": 10},
    },
    # Time rules whose wait is over, reminders, calls to other systems.
    "fire-time-rules": {
        "task": "routing.tasks.fire_time_rules",
        "schedule": 5.0,
        "options": {"queue": "clock", "expires": 10},
    },
    # Runs, timers, reminders, calls, changes of many tickets, offers and chats that are old enough to go.
    "drop-old-traces": {
        "task": "routing.tasks.drop_old_traces",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
    # Holidays of calendars on the web; by the time of day, since an interval of a day begins anew with each start.
    "read-holiday-feeds": {
        "task": "sla.tasks.read_feeds",
        "schedule": crontab(hour=3, minute=20),
        "options": {"queue": "bulk", "expires": 3600},
    },
    "extend-business-hours": {
        "task": "sla.tasks.extend_hours",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 3600},
    },
    "mail-bells": {
        "task": "notifications.tasks.mail_bells",
        "schedule": 30.0,
        "options": {"queue": "bulk", "expires": 30},
    },
    # Reports that managers get by mail.
    "mail-reports": {
        "task": "reports.tasks.mail_reports",
        "schedule": 60.0,
        "options": {"queue": "bulk", "expires": 60},
    },
    # A sample of facts and figures, reckoned anew.
    "check-reports": {
        "task": "reports.tasks.check_reports",
        "schedule": crontab(hour=4, minute=10),
        "options": {"queue": "bulk", "expires": 3600},
    },
    # The day that is over, as reports read it.
    "close-report-days": {
        "task": "reports.tasks.close_report_days",
        "schedule": 900.0,
        "options": {"queue": "bulk", "expires": 900},
    },
    "forget-old-notifications": {
        "task": "notifications.tasks.forget_old_notifications",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
    # Surveys that are due, and recoveries whose time is over.
    "tick-surveys": {
        "task": "csat.tasks.tick_surveys",
        "schedule": 5.0,
        "options": {"queue": "clock", "expires": 10},
    },
    "drop-old-survey-requests": {
        "task": "csat.tasks.drop_old_requests",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
    # Callbacks that are about to begin, and those that nobody made.
    "tick-callbacks": {
        "task": "callbacks.tasks.tick_callbacks",
        "schedule": 5.0,
        "options": {"queue": "clock", "expires": 10},
    },
    "forget-used-chat-tokens": {
        "task": "channels_in.tasks.forget_used_chat_tokens",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
}

app.conf.beat_schedule = BEAT_SCHEDULE
