"""Where closed days come from: a country's public holidays, a calendar on the web, a calendar in a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import holidays as public_holidays

from core import http
from core.clock import now
from core.errors import Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import PromisesChanged
from sla.ical import MAX_BYTES, NoCalendar, holidays_in
from sla.models import BusinessHours, Holiday, HolidaySource

# Clocks start in the past when old tickets are taken over, and fall due years ahead at most.
YEARS_BACK = 2
YEARS_AHEAD = 3

Day = tuple[date, str]


def years() -> range:
    this_year = now().year
    return range(this_year - YEARS_BACK, this_year + YEARS_AHEAD + 1)


def countries() -> dict[str, list[str]]:
    """The regions of every country that the `holidays` package knows."""
    return {code: list(regions) for code, regions in public_holidays.list_supported_countries().items()}


def check_country(country: str, region: str) -> None:
    known = countries()
    if country and country not in known:
        raise Invalid("Choose a country.", fields={"country": "There is no such country."})
    if region and region not in known.get(country, ()):
        raise Invalid("Choose a region.", fields={"region": f"Choose one of: {', '.join(known.get(country, []))}."})


def write_public_holidays(hours: BusinessHours) -> None:
    """The public holidays of some years, instead of those that were there."""
    found: list[Day] = []
    if hours.country:
        kept = public_holidays.country_holidays(hours.country, subdiv=hours.region or None, years=years())
        found = [(day, name[:80]) for day, name in sorted(kept.items())]
    replace_holidays(hours, HolidaySource.COUNTRY, found)


def replace_holidays(hours: BusinessHours, source: str, days: Iterable[Day]) -> bool:
    """Whether anything changed."""
    rows = hours.holidays.filter(source=source)
    wanted = dict(days)
    if dict(rows.values_list("date", "name")) == wanted:
        return False
    rows.delete()
    Holiday.objects.bulk_create(
        Holiday(hours=hours, source=source, date=day, name=name) for day, name in wanted.items()
    )
    return True


def days_of_calendar(raw: bytes) -> list[Day]:
    """The holidays of an uploaded calendar, or Invalid."""
    span = years()
    try:
        return holidays_in(raw, date(span[0], 1, 1), date(span[-1], 12, 31))
    except NoCalendar as error:
        raise Invalid(str(error), fields={"calendar": str(error)}) from error


def feed_address(text: str) -> str:
    """The address of a calendar as it is called: calendars say webcal where they mean https."""
    address = text.strip()
    if address.lower().startswith("webcal://"):
        address = f"https://{address[len('webcal://') :]}"
    if address and not address.lower().startswith(("https://", "http://")):
        raise Invalid("Give a web address.", fields={"feed_url": "Begin with https:// or webcal://."})
    return address


def read_feed(hours: BusinessHours) -> bool:
    """Fetch the calendar on the web and take its days over; whether the hours changed. What cannot be read leaves the
    days as they were, and says why. The network is asked outside of any transaction."""
    from sla.services.hours import compile_hours

    found, problem = _fetched(hours.feed_url)
    with unit_of_work():
        kept = BusinessHours.objects.select_for_update().filter(pk=hours.pk, feed_url=hours.feed_url).first()
        if kept is None:
            return False
        kept.feed_problem = problem[:200]
        kept.feed_read_at = kept.feed_read_at if problem else now()
        changed = not problem and replace_holidays(kept, HolidaySource.FEED, found)
        if changed:
            kept.version += 1
            compile_hours(kept)
            publish(PromisesChanged())
        kept.save(update_fields=["feed_problem", "feed_read_at", "version"])
    return changed


def _fetched(address: str) -> tuple[Sequence[Day], str]:
    try:
        answer = http.get(address, headers={"Accept": "text/calendar"}, max_bytes=MAX_BYTES)
    except http.HttpError as error:
        return (), str(error)
    if not answer.is_ok:
        return (), f"The server answered {answer.status}."
    try:
        return days_of_calendar(answer.body), ""
    except Invalid as error:
        return (), str(error)
