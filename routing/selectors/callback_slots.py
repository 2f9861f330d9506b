"""When somebody could call back: the open half hours of a ticket's team in which not everybody on shift is booked."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.timezone import get_current_timezone

from callbacks.models import Callback, CallbackState
from core.clock import now
from core.db import run
from people.models import Agent, Role
from people.selectors.agents import active_agents
from routing.models import Absence, Shift
from sla.models import OpenInterval
from tickets.models import Status, Ticket

LENGTH = timedelta(minutes=30)
# Nobody is ready to call the moment that a call is agreed on.
AT_LEAST = timedelta(minutes=10)
AHEAD = timedelta(days=14)
_ALL = AHEAD // LENGTH

Stretch = tuple[datetime, datetime]
Leave = tuple[date, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose hours count and who would call: a team, which may be nobody's in particular, and an inbox."""

    team_id: int | None
    inbox_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """`free`: so many agents on shift have no call promised then."""

    starts_at: datetime
    ends_at: datetime
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The best moment of a window: so many `people` are on shift (nobody outside hours), so many `calls` promised."""

    people: int
    calls: int

    @property
    def is_full(self) -> bool:
        return self.calls >= self.people


def free_slots(ticket: Ticket, *, count: int = 10, after: datetime | None = None) -> list[Slot]:
    """The next ones for a ticket."""
    return slots_at(Place(team_id=ticket.team_id, inbox_id=ticket.inbox_id), count=count, after=after)


def slots_at(
    place: Place, *, count: int, after: datetime | None = None, for_stranger: bool = False, besides: int | None = None
) -> list[Slot]:
    """The next ones, some eight queries. Where the place has no hours, weekdays from nine to five.

    Strangers together book half of what is left of each day at most (`besides` the call that one of them moves)."""
    at = (after or now()) + AT_LEAST
    crew = _Crew(place.team_id, at, besides)
    halves: Iterable[Stretch] = _halves(_open(place, at), at)
    if for_stranger:
        halves = crew.open_to_strangers(list(halves))
    slots: list[Slot] = []
    for starts_at, ends_at in halves:
        if free := crew.free(starts_at, ends_at):
            slots.append(Slot(starts_at=starts_at, ends_at=ends_at, free=free))
        if len(slots) == count:
            break
    return slots


def room_at(place: Place, starts_at: datetime, ends_at: datetime, *, besides: int | None = None) -> Room:
    """What an agent should know who promises a call in this window, free or not; `besides` the one that they move."""
    crew, opens = _Crew(place.team_id, starts_at, besides), list(_open(place, starts_at))
    pieces = [
        (begins, min(begins + LENGTH, ends_at))
        for begins in (starts_at + number * LENGTH for number in range(math.ceil((ends_at - starts_at) / LENGTH)))
    ]
    rooms = []
    for piece in pieces:
        people = crew.there(piece) if _is_within(piece, opens) else 0
        rooms.append(Room(people=people, calls=crew.promised(piece)))
    return max(rooms, key=lambda room: room.people - room.calls)


def is_free(place: Place, starts_at: datetime, *, for_stranger: bool = False, besides: int | None = None) -> bool:
    """Whether the half hour that begins then is one of those that are offered now."""
    at = now()
    if not at + AT_LEAST <= starts_at <= at + AHEAD:
        return False
    if for_stranger:
        offered = slots_at(place, count=_ALL, for_stranger=True, besides=besides)
        return any(slot.starts_at == starts_at for slot in offered)
    return any(slot.starts_at == starts_at for slot in slots_at(place, count=1, after=starts_at - AT_LEAST))


class _Crew:
    """Who could call in the coming weeks, and what is promised already."""

    def __init__(self, team_id: int | None, at: datetime, besides: int | None = None) -> None:
        agents = active_agents().exclude(role=Role.LIGHT)
        self.agents: list[Agent] = list(agents.filter(teams=team_id) if team_id else agents)
        self.hours = dict(Shift.objects.filter(agent__in=self.agents).values_list("agent_id", "hours_id"))
        self.shifts: dict[int, list[Stretch]] = defaultdict(list)
        for hours_id, starts_at, ends_at in _intervals(set(self.hours.values()), at):
            self.shifts[hours_id].append((starts_at, ends_at))
        leave: dict[int, list[Leave]] = defaultdict(list)
        away = Absence.objects.filter(agent__in=self.agents, last_day__gte=at.date() - timedelta(days=1))
        for agent_id, first, last in away.values_list("agent_id", "first_day", "last_day"):
            leave[agent_id].append((first, last))
        # Strangers ask for two weeks of half hours: those who work alike are looked at once.
        self.alike = Counter(
            (self.hours.get(agent.pk), agent.time_zone, tuple(sorted(leave[agent.pk]))) for agent in self.agents
        )
        planned = Callback.objects.filter(state=CallbackState.PLANNED, ends_at__gt=at, starts_at__lt=at + AHEAD)
        # Nobody calls about spam.
        planned = planned.exclude(ticket__status=Status.SPAM).exclude(pk=besides or 0)
        # Who has promised a call of another team's is not free, either. Without a team all calls count.
        theirs = planned.filter(Q(team=team_id) | Q(assignee__in=self.agents)) if team_id else planned
        calls = list(theirs.values_list("starts_at", "ends_at", "is_by_stranger"))
        self.booked: list[Stretch] = [(begins, ends) for begins, ends, _ in calls]
        self.by_strangers = [begins for begins, _, is_by_stranger in calls if is_by_stranger]

    def free(self, starts_at: datetime, ends_at: datetime) -> int:
        half = (starts_at, ends_at)
        return max(0, self.there(half) - self.promised(half))

    def there(self, half: Stretch) -> int:
        return sum(
            count
            for (hours_id, zone, leave), count in self.alike.items()
            if not _is_on_leave(leave, half[0], zone) and (hours_id is None or self._is_shift(hours_id, half))
        )

    def promised(self, half: Stretch) -> int:
        return sum(begins < half[1] and ends > half[0] for begins, ends in self.booked)

    def open_to_strangers(self, halves: Sequence[Stretch]) -> list[Stretch]:
        """Those of the days of which strangers do not have their half yet."""
        room: Counter[date] = Counter()
        for half in halves:
            room[_day(half[0])] += self.there(half)
        taken = Counter(_day(begins) for begins in self.by_strangers)
        return [half for half in halves if taken[_day(half[0])] < math.ceil(room[_day(half[0])] / 2)]

    def _is_shift(self, hours_id: int, half: Stretch) -> bool:
        shifts = self.shifts[hours_id]
        place = bisect_right(shifts, half[0], key=itemgetter(0))
        return place > 0 and half[1] <= shifts[place - 1][1]


def _day(at: datetime) -> date:
    return at.astimezone(get_current_timezone()).date()


def _is_within(piece: Stretch, stretches: Sequence[Stretch]) -> bool:
    return any(begins <= piece[0] and piece[1] <= ends for begins, ends in stretches)


def _is_on_leave(leave: Sequence[Leave], at: datetime, zone: str) -> bool:
    if not leave:
        return False
    day = at.astimezone(ZoneInfo(zone)).date()
    return any(first <= day <= last for first, last in leave)


def _open(place: Place, at: datetime) -> Sequence[Stretch]:
    hours_id = run([("SELECT sla_hours_of(%s::bigint, %s::bigint)", [place.team_id, place.inbox_id])])[0][0]
    if hours_id is None:
        return list(_office_hours(at))
    return [(starts_at, ends_at) for _, starts_at, ends_at in _intervals({hours_id}, at)]


def _intervals(hours_ids: set[int], at: datetime) -> Sequence[tuple[int, datetime, datetime]]:
    found = OpenInterval.objects.filter(hours_id__in=hours_ids, ends_at__gt=at, starts_at__lt=at + AHEAD)
    return list(found.order_by("starts_at").values_list("hours_id", "starts_at", "ends_at"))


def _office_hours(at: datetime) -> Iterator[Stretch]:
    zone = get_current_timezone()
    first = at.astimezone(zone).date()
    for day in (first + timedelta(days=number) for number in range(AHEAD.days)):
        if day.weekday() < 5:
            opens, closes = (datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC) for hour in (9, 17))
            yield opens, closes


def _halves(stretches: Sequence[Stretch], at: datetime) -> Iterator[Stretch]:
    """Half hours as clocks show them, which lie wholly in a stretch and begin after `at`."""
    for opens, closes in stretches:
        starts_at = _next_half(max(opens, at))
        while starts_at + LENGTH <= closes:
            yield starts_at, starts_at + LENGTH
            starts_at += LENGTH


def _next_half(at: datetime) -> datetime:
    rest = timedelta(seconds=at.timestamp() % LENGTH.total_seconds())
    return at if not rest else at - rest + LENGTH
