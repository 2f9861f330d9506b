"""Looks at what the desk does by itself: promises that nobody told of, events that rules gave up on."""

from collections.abc import Iterator
from datetime import timedelta

from core.clock import now
from helpdesk.doctor.finding import Finding, broken, doubtful, good
from people.models import TeamStrategy
from people.selectors.agents import active_teams
from reports.self_check import last_check
from reports.services.closing import open_days
from routing.models import PendingEvent
from routing.selectors.stranded import stranded
from routing.services.reacting import MAX_ATTEMPTS
from sla.models import Clock, Policy

LATE = timedelta(minutes=1)
DAY = timedelta(days=1)
# What came late to a day is stored within minutes.
FEW_DAYS = 2


def promises() -> Iterator[Finding]:
    untold = Clock.objects.filter(finished_at=None, breach_told_at=None, due_at__lt=now() - LATE).count()
    if untold:
        yield broken(f"{untold} missed deadlines were never told", "start beat and a worker for 'clock'")
    elif not Policy.objects.filter(is_active=True).exists():
        yield doubtful("no SLA policy is switched on", "make one under Settings, Promises")
    else:
        yield good("every missed deadline was told")


def rules() -> Iterator[Finding]:
    given_up = PendingEvent.objects.filter(attempts__gte=MAX_ATTEMPTS).count()
    overdue = PendingEvent.objects.filter(attempts__lt=MAX_ATTEMPTS, due_at__lt=now() - LATE).count()
    if given_up:
        yield doubtful(f"rules failed on {given_up} events for good", "read the worker's log and correct the rule")
    if overdue:
        yield broken(f"rules have not looked at {overdue} events", "start a worker for 'route'")
    for team in active_teams().exclude(strategy=TeamStrategy.MANUAL).filter(members=None):
        yield doubtful(f"the team {team.name} hands out tickets but has no members", "add some under Settings, Teams")
    if not given_up and not overdue:
        yield good("rules are up to date")


def assignment() -> Iterator[Finding]:
    lines = stranded()
    for line in lines:
        whose = f" of {line.team}" if line.team else ""
        yield doubtful(f"{line.count} waiting tickets{whose}: {line.why}", line.remedy)
    if not lines:
        yield good("somebody could take whatever waits")


def closed_days() -> Iterator[Finding]:
    last = last_check()
    if last and last.differences:
        yield broken(f"the self-check of reports found: {last.differences[0]}", "report it; read the worker's log")
    open_now = sum(1 for _ in open_days(now() - DAY))
    if open_now > FEW_DAYS:
        remedy = "run manage.py close_days, or start beat and a worker for 'bulk'"
        yield doubtful(f"{open_now} days are not stored for reports, which are slow over them", remedy)
    else:
        yield good("days that are over are stored for reports")
