"""Tries out an inbox's settings in a worker: each check is a row that waits, runs, and keeps its finding."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models.functions import Now

from channels_in.checks import Check, Finding, Mark
from channels_in.models import InboxCheck
from channels_in.registry import adapter_for
from channels_in.services.enqueue import CHECK_INBOXES, ask
from tickets.models import Inbox

logger = logging.getLogger(__name__)


def ask_for_checks(inbox: Inbox, *, name: str = "") -> None:
    """Have a worker run the named check, or all of them."""
    wanted = [check for check in adapter_for(inbox.kind).checks(inbox) if name in ("", check.name)]
    rows = [_fresh(inbox, check) for check in wanted]
    transaction.on_commit(lambda: _enqueue([row.pk for row in rows]))


def run(check_id: int) -> None:
    """Safe to run twice: the later finding stands."""
    row = InboxCheck.objects.select_related("inbox").filter(pk=check_id, mark=Mark.RUNNING).first()
    if row is None:
        return
    check = next((item for item in adapter_for(row.inbox.kind).checks(row.inbox) if item.name == row.name), None)
    finding = _tried(check, row.inbox) if check else Finding(mark=Mark.SKIPPED, sentence="Not checked any more.")
    InboxCheck.objects.filter(pk=check_id, started_at=row.started_at).update(
        mark=finding.mark,
        sentence=finding.sentence[:500],
        advice=finding.advice[:500],
        facts=list(finding.facts),
        finished_at=Now(),
    )


def _enqueue(check_ids: Sequence[int]) -> None:
    """One task each, so that a slow server does not hold up the others."""
    for check_id in check_ids:
        ask(CHECK_INBOXES, [check_id])


def _fresh(inbox: Inbox, check: Check) -> InboxCheck:
    values = {"mark": Mark.RUNNING, "sentence": "", "advice": "", "facts": [], "started_at": Now(), "finished_at": None}
    return InboxCheck.objects.update_or_create(inbox=inbox, name=check.name, defaults=values)[0]


def _tried(check: Check, inbox: Inbox) -> Finding:
    try:
        return check.run(inbox)
    except SoftTimeLimitExceeded:
        return Finding(mark=Mark.BAD, sentence="It took too long, so we stopped waiting.")
    except Exception as error:
        logger.exception("A check of an inbox failed in an unforeseen way", extra={"check": check.name})
        return Finding(mark=Mark.BAD, sentence=f"The check itself failed ({type(error).__name__}).")
