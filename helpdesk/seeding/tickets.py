"""One seeded ticket: a year of work in the proportions of a real desk."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.history.life import SYSTEM, Life, Person
from helpdesk.seeding.company import TAGS, Company
from helpdesk.seeding.words import Words

DAYS = 360
# A ticket opened today is most likely open, one of last spring hardly: one in five over the year.
OPEN_HALF_LIFE_DAYS = 52
MOST_MESSAGES = 60
# Who is asked for a rating, who answers, and with what from 5 to 1.
_ASKED, _ANSWERS, _SCORES = 0.5, 0.5, (52, 24, 11, 6, 7)
_OUTCOMES = ("won_back", "won_back", "explained", "unreachable")
_CAUSES = ("delay", "knowledge", "tone", "policy", "product", "other")
_PRIORITIES = ("normal",) * 7 + ("low", "high", "high", "urgent")


@dataclass(slots=True)
class Writer:
    """Writes lives in the order of their opening."""

    company: Company
    words: Words
    dice: random.Random
    now: datetime
    total: int
    messages_per_ticket: float

    def lives(self, first: int, ids: Sequence[int], numbers: Sequence[int]) -> list[Life]:
        """The tickets number `first` and following of all."""
        return [self._life(first + n, ids[n], numbers[n]) for n in range(len(ids))]

    def _life(self, index: int, pk: int, number: int) -> Life:
        dice = self.dice
        ago = timedelta(days=DAYS) * (1 - (index + dice.random()) / self.total)
        opened_at = (self.now - ago).replace(microsecond=0)
        agent, team_id = dice.choice(self.company.agents)
        desk = dice.choice(self.company.desks)
        contact = dice.choice(self.company.contacts)
        life = Life(
            id=pk,
            number=number,
            desk=desk,
            contact=Person("contact", contact.id, contact.name, contact.address),
            subject=self.words.subject(),
            opened_at=opened_at,
            team_id=team_id if dice.random() < 0.9 else None,
            promise=self.company.promise(desk, team_id),
        )
        self._tell(life, agent, stays_open=self._stays_open(ago))
        life.live_on(self.now)
        return life

    def _stays_open(self, ago: timedelta) -> bool:
        return self.dice.random() < 0.95 * math.exp2(-ago / timedelta(days=OPEN_HALF_LIFE_DAYS))

    def _tell(self, life: Life, agent: Person, *, stays_open: bool) -> None:
        dice, at = self.dice, life.opened_at
        life.receive(at, self.words.message())
        priority = dice.choice(_PRIORITIES)
        if priority != "normal":
            life.set_priority(at + timedelta(seconds=2), priority, by=SYSTEM)
        if dice.random() < 0.5:
            life.tag(at + timedelta(seconds=3), dice.sample(TAGS, dice.choice((1, 1, 2))), by=SYSTEM)
        at = at + timedelta(minutes=dice.expovariate(1 / 20), seconds=5)
        # Every fifth open ticket has no owner yet.
        if at < self.now and not (stays_open and dice.random() < 0.2):
            life.assign(at, agent, by=SYSTEM)
            at = self._talk(life, agent, at, stays_open=stays_open)
        if not stays_open:
            self._settle(life, agent, at)

    def _talk(self, life: Life, agent: Person, at: datetime, *, stays_open: bool) -> datetime:
        """Answers, questions and notes by turns."""
        dice = self.dice
        count = min(1 + int(dice.expovariate(1 / max(self.messages_per_ticket - 1.4, 0.1))), MOST_MESSAGES)
        if dice.random() < 0.0005:
            count = MOST_MESSAGES
        for turn in range(count):
            at = (at + timedelta(minutes=dice.lognormvariate(4.6, 1.2))).replace(microsecond=0)
            if at >= self.now:
                return self.now
            if turn % 2:
                life.receive(at, self.words.message())
            elif dice.random() < 0.15:
                life.note(at, agent, self.words.message())
            else:
                life.reply(at, agent, self.words.message())
        if stays_open and dice.random() < 0.3:
            life.set_status(after_all(at, self.now), dice.choice(("pending", "pending", "on_hold")), by=agent)
        return at

    def _settle(self, life: Life, agent: Person, at: datetime) -> None:
        if self.dice.random() < 0.02:
            life.set_status(after_all(at, self.now), "spam", by=agent)
            return
        done_at = at + timedelta(hours=self.dice.expovariate(1 / 5))
        if done_at >= self.now:
            return
        life.set_status(done_at, "resolved", by=agent)
        if self.dice.random() < _ASKED:
            self._ask(life, agent, done_at + timedelta(hours=1))
        closed_at = done_at + timedelta(days=14)
        if closed_at < self.now:
            life.set_status(closed_at, "closed", by=SYSTEM)

    def _ask(self, life: Life, agent: Person, at: datetime) -> None:
        """Every second one who is asked answers; a bad answer is mostly settled, and mostly in time."""
        if at >= self.now:
            return
        opinion = life.ask(at, survey_id=None, survey="After every ticket")
        rated_at = at + timedelta(hours=self.dice.expovariate(1 / 9))
        if self.dice.random() > _ANSWERS or rated_at >= min(self.now, at + timedelta(days=12)):
            return
        words = self.words.message()[:200] if self.dice.random() < 0.3 else ""
        life.rate(rated_at.replace(microsecond=0), opinion, self.dice.choices((5, 4, 3, 2, 1), _SCORES)[0], words)
        settled_at = rated_at + timedelta(hours=self.dice.expovariate(1 / 1.5))
        if opinion.is_low and settled_at < self.now:
            outcome, cause = self.dice.choice(_OUTCOMES), self.dice.choice(_CAUSES)
            life.recover(settled_at.replace(microsecond=0), opinion, outcome=outcome, cause=cause, by=agent)


def after_all(at: datetime, now: datetime) -> datetime:
    return min(at + timedelta(seconds=1), now)
