"""Business hours: saved as people say them, and compiled into the UTC stretches that the database counts with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import F, Max, Q

from core.clock import now
from core.errors import Conflict, Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import PromisesChanged
from sla.calendar import Period, SpecialPeriod
from sla.models import BusinessHours, Clock, Holiday, HolidaySource, HoursUse, OpenInterval, Policy
from sla.services import holidays as closed_days
from sla.services.holidays import YEARS_AHEAD, years

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursDraft:
    """Business hours as a form holds them: periods are (weekday, opens, closes) in minutes from midnight.

    `special_days` are own days with hours of their own; `calendar` is an uploaded iCal file, empty to keep what was
    uploaded before. A team, an inbox or a brand has one set of hours: naming it here takes it from others.
    """

    name: str
    time_zone: str
    periods: Sequence[tuple[int, int, int]]
    holidays: Sequence[tuple[date, str]] = field(default_factory=tuple)
    special_days: Sequence[tuple[date, str, Sequence[Span]]] = field(default_factory=tuple)
    country: str = ""
    region: str = ""
    feed_url: str = ""
    calendar: bytes = b""
    is_default: bool = False
    team_ids: Sequence[int] = field(default_factory=tuple)
    inbox_ids: Sequence[int] = field(default_factory=tuple)
    brand_ids: Sequence[int] = field(default_factory=tuple)


def save_hours(draft: HoursDraft, *, hours: BusinessHours | None = None) -> BusinessHours:
    """Create or change business hours under a new version. The clocks that run follow a moment later; what had passed
    by then stays counted as it was."""
    periods = _checked_periods(draft)
    special = _checked_days(draft)
    closed_days.check_country(draft.country, draft.region)
    feed_url = closed_days.feed_address(draft.feed_url)
    uploaded = closed_days.days_of_calendar(draft.calendar) if draft.calendar else None
    with unit_of_work():
        saved = hours or BusinessHours(version=0)
        saved.name, saved.time_zone = draft.name.strip(), draft.time_zone
        saved.periods = [[period.weekday, period.opens, period.closes] for period in periods]
        saved.country, saved.region = draft.country, draft.region
        is_new_feed = saved.feed_url != feed_url
        saved.feed_url = feed_url
        saved.version += 1
        if draft.is_default:
            BusinessHours.objects.filter(is_default=True).exclude(pk=saved.pk).update(is_default=False)
        saved.is_default = draft.is_default
        saved.save()
        _write_days(saved, draft, special)
        if is_new_feed:
            saved.holidays.filter(source=HolidaySource.FEED).delete()
        if uploaded is not None:
            closed_days.replace_holidays(saved, HolidaySource.FILE, uploaded)
        closed_days.write_public_holidays(saved)
        _write_uses(saved, draft)
        compile_hours(saved)
        publish(PromisesChanged(feed_of_hours=saved.pk if feed_url and is_new_feed else None))
    return saved


def delete_hours(hours: BusinessHours) -> None:
    """Only while nothing is counted in them."""
    with unit_of_work():
        used = Policy.objects.filter(hours=hours).exists() or Clock.objects.filter(hours=hours).exists()
        if used:
            raise Conflict("These business hours are in use: promises were or are counted in them.")
        hours.delete()
        publish(PromisesChanged())


def forget_upload(hours: BusinessHours) -> None:
    """Drop the days of the uploaded calendar."""
    with unit_of_work():
        if closed_days.replace_holidays(hours, HolidaySource.FILE, ()):
            BusinessHours.objects.filter(pk=hours.pk).update(version=F("version") + 1)
            compile_hours(hours)
            publish(PromisesChanged())


def compile_hours(hours: BusinessHours) -> None:
    """Write the open stretches of some years in UTC. Stretches that have passed stay what they were, so that a change
    never rewrites how much time had been used up by then."""
    fresh = BusinessHours.objects.prefetch_related("holidays").get(pk=hours.pk)
    with unit_of_work():
        since = _cut(fresh, now())
        OpenInterval.objects.bulk_create(_intervals(fresh, since), batch_size=2000)


def extend_hours() -> int:
    """Compile again whatever does not reach far enough ahead; returns how many hours needed it. What falls due behind
    the former end is told anew: it was only guessed."""
    horizon = now().year + YEARS_AHEAD
    reach = BusinessHours.objects.annotate(reach=Max("open_intervals__starts_at"))
    short = [hours for hours in reach if hours.reach is None or hours.reach.year < horizon]
    for hours in short:
        with unit_of_work():
            closed_days.write_public_holidays(hours)
            compile_hours(hours)
            publish(PromisesChanged())
    return len(short)


def _cut(hours: BusinessHours, at: datetime) -> datetime | None:
    """Drop the stretches from a moment on; returns the moment, or None when there were none before it."""
    kept = hours.open_intervals.filter(starts_at__lt=at)
    hours.open_intervals.filter(starts_at__gte=at).delete()
    kept.filter(ends_at__gt=at).update(ends_at=at)
    return at if kept.exists() else None


def _intervals(hours: BusinessHours, since: datetime | None) -> Iterable[OpenInterval]:
    span, open_before = years(), 0
    last = hours.open_intervals.order_by("-starts_at").first()
    if last is not None:
        open_before = last.open_before + _micros(last.starts_at, last.ends_at)
    first_year = span[0] if since is None else since.year
    for starts_at, ends_at in hours.calendar().intervals(first_year, span[-1]):
        begin = starts_at if since is None else max(starts_at, since)
        if begin >= ends_at:
            continue
        yield OpenInterval(hours=hours, starts_at=begin, ends_at=ends_at, open_before=open_before)
        open_before += _micros(begin, ends_at)


def _micros(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds() * 1_000_000)


def _write_days(hours: BusinessHours, draft: HoursDraft, special: Sequence[tuple[date, str, Sequence[Span]]]) -> None:
    hours.holidays.filter(source=HolidaySource.OWN).delete()
    rows = {day: Holiday(hours=hours, date=day, name=name) for day, name in draft.holidays}
    rows |= {
        day: Holiday(hours=hours, date=day, name=name, periods=[list(s) for s in spans]) for day, name, spans in special
    }
    Holiday.objects.bulk_create(rows.values())


def _write_uses(hours: BusinessHours, draft: HoursDraft) -> None:
    teams, inboxes, brands = list(draft.team_ids), list(draft.inbox_ids), list(draft.brand_ids)
    theirs = Q(team__in=teams) | Q(inbox__in=inboxes) | Q(brand__in=brands)
    HoursUse.objects.filter(Q(hours=hours) | theirs).delete()
    HoursUse.objects.bulk_create(
        [HoursUse(hours=hours, team_id=pk) for pk in teams]
        + [HoursUse(hours=hours, inbox_id=pk) for pk in inboxes]
        + [HoursUse(hours=hours, brand_id=pk) for pk in brands]
    )


def _checked_periods(draft: HoursDraft) -> list[Period]:
    if not draft.name.strip():
        raise Invalid("Give the business hours a name.", fields={"name": "Give them a name."})
    try:
        ZoneInfo(draft.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("Choose a time zone.", fields={"time_zone": "There is no such time zone."}) from error
    if not draft.periods:
        raise Invalid("Add at least one open period.", fields={"periods": "Add at least one open period."})
    try:
        return sorted(Period(*period) for period in draft.periods)
    except ValueError as error:
        raise Invalid("An open period is wrong.", fields={"periods": str(error)}) from error


def _checked_days(draft: HoursDraft) -> Sequence[tuple[date, str, Sequence[Span]]]:
    try:
        for day, _, spans in draft.special_days:
            for opens, closes in spans:
                SpecialPeriod(day, opens, closes)
    except ValueError as error:
        raise Invalid("A special day is wrong.", fields={"holidays": str(error)}) from error
    return draft.special_days
