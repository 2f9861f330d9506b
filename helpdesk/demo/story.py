"""Plays a conversation out: who wrote when, how fast the team answered, and what was left open."""

from __future__ import annotations

import html
import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from core.html import sanitize
from core.ids import new_uuid
from csat.models import Survey
from helpdesk.demo.cast import Cast, Customer
from helpdesk.demo.opinions import tell_opinion
from helpdesk.demo.pictures import photo
from helpdesk.demo.scripts import Script, Turn
from helpdesk.history.clocks import Promise
from helpdesk.history.life import SYSTEM, Desk, Life, Person, Picture, after
from tickets.services import files
from tickets.services.snippets import snippet

CLOSES_AFTER = timedelta(days=14)
# Chats are quick; mail and messengers are answered in a share of what was promised.
CHAT_KINDS = frozenset({"webchat"})


@dataclass(slots=True)
class Pace:
    """How a team works: the middle share of the promised time that an answer takes, and the spread around it."""

    middle: float
    spread: float = 0.75

    def share(self, dice: random.Random) -> float:
        return self.middle * dice.lognormvariate(0, self.spread)


PACES = {"Support": Pace(0.25), "Orders": Pace(0.17), "Billing": Pace(0.31)}


@dataclass(slots=True)
class Story:
    """One conversation on its way from the first message to the present."""

    cast: Cast
    script: Script
    life: Life
    agent: Person
    promise: Promise
    pace: Pace
    dice: random.Random
    until: datetime
    at: datetime
    blanks: dict[str, str]
    stops_at: int
    survey: Survey

    def play(self) -> Life:
        """The steps until the present, or until the story gets stuck."""
        for number, turn in enumerate(self.script.turns):
            if number == self.stops_at or not self._turn(number, turn):
                break
        else:
            self._end()
        self.life.live_on(self.until)
        return self.life

    def _turn(self, number: int, turn: Turn) -> bool:
        if number and not self._move_on(self._pause(turn.who)):
            return False
        text = turn.text.format(**self.blanks)
        if turn.who == "customer":
            self.life.receive(self.at, text, html=self._as_html(text), pictures=self._pictures(number))
            return number > 0 or self._triage()
        self._take()
        if turn.who == "note":
            self.life.note(self.at, self.agent, text)
            return True
        self.life.reply(self.at, self.agent, text)
        waits = number + 1 < len(self.script.turns) and self.script.turns[number + 1].who == "customer"
        if waits and not self._is_chat and self.dice.random() < 0.85:
            self.life.set_status(after(self.at, seconds=3), "pending", by=self.agent)
        return True

    def _triage(self) -> bool:
        """Right team, tags, priority and often an owner, as rules and colleagues do it."""
        team_id = self.cast.teams[self.script.team]
        if self.life.team_id != team_id and self._move_on(timedelta(seconds=2)):
            self.life.move(self.at, team_id, by=SYSTEM)
        if self.script.tags and self._move_on(timedelta(seconds=1)):
            self.life.tag(self.at, self.script.tags, by=SYSTEM)
        if self.script.priority != "normal" and self._move_on(timedelta(seconds=1)):
            self.life.set_priority(self.at, self.script.priority, by=SYSTEM)
        if self.script.is_spam:
            if self._move_on(self._work(0.2)):
                self.life.set_status(self.at, "spam", by=self.agent)
            return False
        if self.dice.random() < 0.6 and self._move_on(self._work(self.pace.share(self.dice) * 0.3)):
            self._take()
        return True

    def _take(self) -> None:
        if self.life.assignee_id is None:
            self.life.assign(self.at, self.agent, by=self.agent)

    def _end(self) -> None:
        is_fresh = self.until - self.at < timedelta(days=1)
        if is_fresh and self.life.messages[-1].is_inbound and self.dice.random() < 0.3:
            return  # a last word that nobody has looked at yet
        if self._move_on(self._work(self.dice.uniform(0.02, 0.2))):
            self._take()
            self.life.set_status(self.at, "resolved", by=self.agent)
            # Dice of their own: who answers changes nothing else of the story.
            dice = random.Random(f"opinion/{self.life.id}")
            tell_opinion(self.life, self.script, self.survey, until=self.until, agent=self.agent, dice=dice)
            if self._move_on(CLOSES_AFTER):
                self.life.set_status(self.at, "closed", by=SYSTEM)

    def _pause(self, who: str) -> timedelta:
        if who == "customer":
            minutes = self.dice.lognormvariate(0.7, 0.6) if self._is_chat else self.dice.lognormvariate(5.6, 1.0)
            return timedelta(minutes=min(minutes, 4 * 24 * 60))
        if self._is_chat and len(self.life.messages) > 1:
            return timedelta(minutes=self.dice.lognormvariate(0.9, 0.7))
        return self._work(self.pace.share(self.dice) * (0.3 if who == "note" else 0.8))

    def _work(self, share: float) -> timedelta:
        """A share of the promised response time, counted while the desk is open."""
        metric = "first_response" if self.life.first_replied_at is None else "next_response"
        seconds, _ = self.promise.targets[metric, self.script.priority]
        done_at = self.promise.calendar.add(self.at, max(seconds * share, 20))
        return done_at - self.at

    def _move_on(self, pause: timedelta) -> bool:
        """Step forward in time; False when that would lead into the future."""
        at = (self.at + pause).replace(microsecond=0)
        if at > self.until:
            return False
        self.at = max(at, after(self.life.updated_at, seconds=1))
        return self.at <= self.until

    @property
    def _is_chat(self) -> bool:
        return self.life.desk.kind in CHAT_KINDS

    def _as_html(self, text: str) -> str:
        """Half of all mails come as HTML too."""
        if not self.life.desk.is_mail or self.life.id % 2:
            return ""
        parts = [html.escape(part).replace("\n", "<br>") for part in text.split("\n\n")]
        return sanitize("".join(f"<p>{part}</p>" for part in parts))

    def _pictures(self, number: int) -> list[Picture]:
        return [_picture(self.script.attachment)] if self.script.attachment and number == 0 else []


@cache
def _stored_picture(name: str) -> files.StoredFile:
    return files.store(photo(name), name=name, content_type="image/png")


def _picture(name: str) -> Picture:
    """The same bytes may serve many rows; each row has its own id."""
    stored = replace(_stored_picture(name), id=new_uuid())
    return Picture(str(stored.id), stored.storage_name, stored.name, stored.content_type, stored.size, stored.sha256)


def blanks_for(customer: Customer, agent: Person, cast: Cast, at: datetime, dice: random.Random) -> dict[str, str]:
    ordered = at - timedelta(days=dice.randint(3, 9))
    return {
        "first": customer.name.split()[0],
        "agent": agent.name.split()[0],
        "order": f"KC-{dice.randint(40_000, 59_999)}",
        "product": dice.choice(cast.products),
        "amount": f"€{dice.randint(19, 640)}.{dice.choice(('00', '50', '90'))}",
        "city": customer.city,
        "tracking": f"KX{dice.randint(10**8, 10**9 - 1)}",
        "date": f"{ordered.day}.{ordered.month}.",
    }


def new_life(
    ids: tuple[int, int], desk: Desk, customer: Customer, script: Script, blanks: dict[str, str], at: datetime,
    *, team_id: int | None, promise: Promise | None,
) -> Life:  # fmt: skip
    return Life(
        id=ids[0],
        number=ids[1],
        desk=desk,
        contact=customer.on(desk),
        subject=_subject(desk, script, blanks),
        opened_at=at,
        team_id=team_id,
        organization_id=customer.organization_id,
        promise=promise,
    )


def _subject(desk: Desk, script: Script, blanks: dict[str, str]) -> str:
    """Chats have no subject line: their first words stand for it, as on arrival."""
    return script.subject.format(**blanks) if desk.is_mail else snippet(script.turns[0].text.format(**blanks))
