"""The checklist of an inbox's settings page: every check there is, with what it found last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels_in.checks import Check, Finding, Mark
from channels_in.models import InboxCheck
from channels_in.registry import adapter_for
from core.clock import now
from tickets.models import Inbox

# A worker that says nothing for so long is gone, or there is none.
LOST_AFTER = timedelta(seconds=120)
_LOST = Finding(
    mark=Mark.BAD, sentence="No worker has answered.", advice="See whether the workers of the queue “deliver” run."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """`finding` is None when it never ran."""

    check: Check
    finding: Finding | None
    at: datetime | None

    @property
    def is_running(self) -> bool:
        return self.finding is not None and self.finding.mark is Mark.RUNNING


def checklist(inbox: Inbox) -> list[CheckLine]:
    rows = {row.name: row for row in InboxCheck.objects.filter(inbox=inbox)}
    return [_line(inbox, check, rows.get(check.name)) for check in adapter_for(inbox.kind).checks(inbox)]


def _line(inbox: Inbox, check: Check, row: InboxCheck | None) -> CheckLine:
    if row is None:
        return CheckLine(check=check, finding=None, at=None)
    finding = Finding(mark=Mark(row.mark), sentence=row.sentence, advice=row.advice, facts=tuple(row.facts))
    waited = now() - row.started_at
    if finding.mark is Mark.RUNNING and row.finished_at is not None and check.settle:
        finding = check.settle(inbox, finding, waited.total_seconds())
    elif finding.mark is Mark.RUNNING and waited > LOST_AFTER:
        finding = _LOST
    return CheckLine(check=check, finding=finding, at=row.finished_at or row.started_at)
