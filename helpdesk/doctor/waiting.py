"""Looks at what the clock should have done by now: questions, callbacks, calls to other systems, mailed reports."""

from collections.abc import Iterator
from datetime import timedelta

from callbacks.models import Callback, CallbackState
from core.clock import now
from csat.models import Recovery, SurveyRequest
from csat.models.request import IS_UNSENT
from helpdesk.doctor.finding import Finding, broken, doubtful, good
from reports.models import SavedReport
from routing.models import BulkJob, CallState, WebhookCall, WebhookEndpoint
from routing.models.bulk import BulkState

# Everything here is done within seconds where beat and the workers run; a long queue may take some minutes.
LATE = timedelta(minutes=10)


def customers() -> Iterator[Finding]:
    """Whom customers should have heard from, or what agents should have heard about them."""
    late = now() - LATE
    left = {
        "questions about satisfaction": SurveyRequest.objects.filter(IS_UNSENT, due_at__lt=late),
        "overdue recoveries": Recovery.objects.filter(closed_at=None, overdue_told_at=None, due_at__lt=late),
        "missed callbacks": Callback.objects.filter(state=CallbackState.PLANNED, ends_at__lt=late),
    }
    counts = {what: rows.count() for what, rows in left.items()}
    for what, count in counts.items():
        if count:
            remedy = "start beat and a worker for 'clock'; the worker's log tells of those that fail"
            yield broken(f"{count} {what} have not been told for more than ten minutes", remedy)
    if not any(counts.values()):
        yield good("every question, recovery and callback was told in time")


def calls_and_jobs() -> Iterator[Finding]:
    late = now() - LATE
    calls = WebhookCall.objects.filter(state=CallState.QUEUED, next_attempt_at__lt=late).count()
    jobs = BulkJob.objects.filter(state__in=[BulkState.QUEUED, BulkState.RUNNING], claimed_until__lt=late).count()
    if calls or jobs:
        yield broken(f"{calls} calls to other systems and {jobs} bulk changes stand still", "start a worker for 'bulk'")
    for endpoint in WebhookEndpoint.objects.filter(is_active=False).exclude(failing_since=None):
        yield doubtful(f"{endpoint.url} took no calls and was switched off", "repair it, then switch it on again")
    if not calls and not jobs:
        yield good("calls to other systems and bulk changes go on")


def mailed_reports() -> Iterator[Finding]:
    late = SavedReport.objects.filter(next_at__lt=now() - LATE).exclude(claimed_until__gt=now()).count()
    if late:
        yield broken(f"{late} reports should have been mailed", "start beat and a worker for 'bulk'")
    failing = SavedReport.objects.exclude(problem="").exclude(next_at=None)
    for saved in failing:
        yield doubtful(f"the report {saved.name} could not be mailed: {saved.problem}", "it is tried again by itself")
    if not late and not failing:
        yield good("reports are mailed in time")
