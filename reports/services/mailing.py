"""Mails the scheduled reports that are due: claimed first, sent outside any transaction, then set to the next time."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from django.db import transaction

from channels_in.base import ChannelError, ErrorKind, Progress
from channels_in.email.compose import Outgoing
from channels_in.email.door import mail_inboxes
from channels_in.email.transport import server_of, transmit
from core.clock import now
from core.errors import HelpdeskError
from people.policy import may
from reports.fact_filters import FactFilters
from reports.letters import letter
from reports.models import SavedReport
from reports.runner import Run, run_report, zone_of
from reports.schedule import days_before, next_time
from tickets.models import Inbox

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
TRY_AGAIN = timedelta(minutes=15)


def claim_due(limit: int = 10) -> list[int]:
    """The ids of reports that are due and nobody else mails."""
    at = now()
    with transaction.atomic():
        due = SavedReport.objects.filter(next_at__lte=at).exclude(claimed_until__gt=at).order_by("next_at")
        ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        SavedReport.objects.filter(pk__in=ids).update(claimed_until=at + LEASE)
    return ids


def mail_claimed(saved_id: int) -> None:
    """One report to its receivers. What cannot be sent is tried again, until the next one is due."""
    saved = SavedReport.objects.select_related("owner").filter(pk=saved_id, next_at__isnull=False).first()
    if saved is None or saved.next_at is None:
        return
    owner, problem, is_sent, may_retry = saved.owner, "", False, True
    upcoming = next_time(saved.every, after=saved.next_at, zone=zone_of(owner))
    if owner.is_active and may(owner, "see_reports"):
        try:
            is_sent = _mail(saved, saved.next_at)
        except (ChannelError, HelpdeskError, OSError) as error:
            problem = str(error)[:300]
            # What may have arrived, or never will, is not sent again before the next time.
            may_retry = not isinstance(error, ChannelError) or error.kind == ErrorKind.RETRY
            logger.warning("A report could not be mailed: %s", problem)
        except Exception:
            # Whatever is wrong with this one, those that were claimed with it are mailed.
            problem = "The report could not be made. The log says why."
            logger.exception("A report could not be made", extra={"saved_report_id": saved.pk})
    values: dict[str, object] = {"claimed_until": None, "problem": problem, "next_at": upcoming}
    if problem and may_retry and upcoming is not None and now() + TRY_AGAIN < upcoming:
        values |= {"next_at": saved.next_at, "claimed_until": now() + TRY_AGAIN}
    if is_sent:
        values["sent_at"] = now()
    SavedReport.objects.filter(pk=saved.pk, next_at=saved.next_at).update(**values)


def _mail(saved: SavedReport, slot: datetime) -> bool:
    query = dict(parse_qsl(saved.query))
    zone = zone_of(saved.owner)
    given = {name: value for name, value in query.items() if name not in ("days", "from", "to")}
    given |= days_before(saved.every, at=slot, zone=zone).query()
    run = run_report(saved.owner, saved.slug, given)
    if saved.only_if_missed and not is_target_missed(run):
        return False
    inbox = _inbox()
    mail = letter(saved, run, sender=inbox.address, query=urlencode(given))
    outgoing = Outgoing(mail["Message-ID"].strip("<>"), "", tuple(saved.recipients), mail.as_bytes(), False)
    transmit(server_of(inbox), outgoing, Progress(arrived=[], note=lambda part: None))
    return True


def is_target_missed(run: Run) -> bool:
    target = run.report.target
    if target is None or not isinstance(run.filters, FactFilters):
        return False
    value = next((tile.value for tile in run.result.tiles if tile.column.key == target.metric), None)
    return target.is_missed(value, run.filters.goal)


def _inbox() -> Inbox:
    found = next((inbox for inbox in mail_inboxes() if inbox.is_active), None)
    if found is None:
        raise HelpdeskError("There is no mail inbox that could send it.")
    return found
