"""The rows of lives, table by table, in the column order that COPY is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.clock import NEVER
from helpdesk.history.facts import COLUMNS, facts_of
from helpdesk.history.life import Happened, Life, Said
from helpdesk.history.opinions import (
    RATING_COLUMNS,
    RECOVERY_COLUMNS,
    REQUEST_COLUMNS,
    rating_row,
    recovery_row,
    request_row,
)
from tickets.services.refs import ref_hash

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that lives fill: its columns, and the rows that a batch of lives puts there."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Sequence[Life]], Iterable[Row]]


def give_message_ids(lives: Sequence[Life], ids: Iterator[int]) -> list[tuple[Said, Life]]:
    """Number all messages in the order of time, as the sequence would have, and return them so."""
    said = sorted(((said, life) for life in lives for said in life.messages), key=_said_at)
    for item, _ in said:
        item.id = next(ids)
    return said


def _said_at(pair: tuple[Said, Life]) -> Any:
    return pair[0].at


def ticket_rows(lives: Sequence[Life]) -> Iterator[Row]:
    for life in lives:
        due_at, metric, is_breached = life.clocks.marks()
        yield (
            life.id, life.number, life.subject, life.status, life.priority, life.desk.id, life.desk.kind,
            life.contact.id, life.organization_id, life.team_id, life.assignee_id, _array(life.tags), "{}",
            life.seq, life.snippet, life.snippet_from, len(life.messages), life.opened_at, life.updated_at,
            life.last_said.at, life.inbound_at, life.public_seq, life.waiting_since, life.first_replied_at,
            life.resolved_at, life.closed_at, life.snoozed_until, due_at, metric, is_breached,
        )  # fmt: skip


def message_rows(lives: Sequence[Life]) -> Iterator[Row]:
    said = sorted(((said, life) for life in lives for said in life.messages), key=_said_at)
    for item, life in said:
        inbound = item.is_inbound
        public_out = not inbound and not item.is_note
        yield (
            item.id, life.id, item.seq, "note" if item.is_note else "reply", "in" if inbound else "out",
            "note" if item.is_note else life.desk.kind, life.desk.id,
            None if inbound else item.author.id, item.author.id if inbound else None, False,
            _subject(item, life), item.text, "", bool(item.html), bool(item.pictures),
            _recipients(item, life), "A new ticket" if inbound and item.seq == _FIRST else "", "", "[]",
            item.external_id, item.at, "sent" if public_out else "none", 1 if public_out else 0, "",
            item.at if public_out else None,
        )  # fmt: skip


def html_rows(lives: Sequence[Life]) -> Iterator[Row]:
    for life in lives:
        for said in life.messages:
            if said.html:
                yield said.id, said.html, False


def attachment_rows(lives: Sequence[Life]) -> Iterator[Row]:
    for life in lives:
        for said in life.messages:
            for file in said.pictures:
                yield (
                    file.id, said.id, file.storage_name, file.name, file.content_type, file.size, file.sha256,
                    False, "", said.at,
                )  # fmt: skip


def event_rows(lives: Sequence[Life]) -> Iterator[Row]:
    told = sorted(((event, life) for life in lives for event in life.journal), key=_told_at)
    for event, life in told:
        data = {**_ids_of(event), **event.data}
        yield (
            life.id, event.seq, event.kind, json.dumps(data), event.actor.kind, event.actor.id or None,
            event.actor.name, "", 0, event.at,
        )  # fmt: skip


def _ids_of(event: Happened) -> dict[str, int]:
    if event.said:
        return {"message_id": event.said.id}
    if event.opinion is None:
        return {}
    it = event.opinion
    ids = {"request_id": it.request_id, "rating_id": it.rating_id, "recovery_id": it.recovery_id}
    names = {"CsatAsked": ("request_id",), "RatingGiven": ("request_id", "rating_id")}
    return {name: ids[name] for name in names.get(event.kind, ("request_id", "recovery_id"))}


def request_rows(lives: Sequence[Life]) -> Iterator[Row]:
    for life in lives:
        yield from (request_row(opinion) for opinion in life.opinions)


def rating_rows(lives: Sequence[Life]) -> Iterator[Row]:
    for life in lives:
        rated = [opinion for opinion in life.opinions if opinion.score]
        yield from (rating_row(opinion, is_latest=opinion is rated[-1]) for opinion in rated)


def recovery_rows(lives: Sequence[Life]) -> Iterator[Row]:
    for life in lives:
        yield from (recovery_row(opinion) for opinion in life.opinions if opinion.is_low)


def _told_at(pair: tuple[Happened, Life]) -> Any:
    return pair[0].at, pair[0].seq


def reference_rows(lives: Sequence[Life]) -> Iterator[Row]:
    for life in lives:
        for said in life.messages:
            if said.external_id:
                kind = "seen" if said.is_inbound else "sent"
                yield life.id, kind, "\\x" + ref_hash(said.external_id).hex(), said.id, said.at


def clock_rows(lives: Sequence[Life]) -> Iterator[Row]:
    for life in lives:
        promise = life.clocks.promise
        if promise is None:
            continue
        for clock in life.clocks.rows:
            team, agent, inbox, channel, priority = clock.snapshot or (None, None, None, "", "")
            yield (
                life.id, clock.metric, promise.policy_id, promise.version, promise.hours_id, clock.target,
                clock.allowed, _numbers(clock.warn), clock.warnings_done, "{}", 0, NEVER, clock.started_at,
                clock.running_since, clock.paused_at, round(clock.elapsed, 3), clock.due_at,
                clock.warn_at, clock.warned_at, clock.breached_at, clock.breached_at, clock.met_at,
                clock.met_by.id if clock.met_by else None, clock.finished_at, clock.decided_at, team, agent,
                inbox, channel, priority,
            )  # fmt: skip


def fact_rows(lives: Sequence[Life]) -> Iterator[Row]:
    for life in lives:
        yield from facts_of(life)


def _numbers(values: Sequence[int]) -> str:
    return "{" + ",".join(str(value) for value in values) + "}"


_FIRST = 2  # the seq of the message that opens a ticket

TABLES = (
    Table(
        "tickets_ticket",
        (
            "id", "number", "subject", "status", "priority", "inbox_id", "channel", "contact_id",
            "organization_id", "team_id", "assignee_id", "tags", "skills", "last_seq", "snippet", "snippet_from",
            "message_count", "created_at", "updated_at", "last_message_at", "last_inbound_at", "last_public_seq",
            "waiting_since", "first_replied_at", "resolved_at", "closed_at", "snoozed_until", "sla_due_at",
            "sla_metric", "sla_breached",
        ),
        ticket_rows,
    ),
    Table(
        "tickets_message",
        (
            "id", "ticket_id", "seq", "kind", "direction", "channel", "inbox_id", "author_agent_id",
            "author_contact_id", "is_automatic", "subject", "text", "full_text", "has_html", "has_attachments",
            "recipients", "thread_reason", "sender_auth", "problems", "external_id", "created_at", "delivery",
            "attempts", "failure", "sent_at",
        ),
        message_rows,
    ),
    Table("tickets_messagehtml", ("message_id", "html", "has_remote_images"), html_rows),
    Table(
        "tickets_attachment",
        (
            "id", "message_id", "storage_name", "name", "content_type", "size", "sha256", "is_inline",
            "content_id", "created_at",
        ),
        attachment_rows,
    ),
    Table(
        "tickets_ticketevent",
        (
            "ticket_id", "seq", "kind", "data", "actor_kind", "actor_id", "actor_name", "cause", "depth", "at",
        ),
        event_rows,
    ),
    Table("tickets_messageref", ("ticket_id", "kind", "id_hash", "message_id", "created_at"), reference_rows),
    Table(
        "sla_clock",
        (
            "ticket_id", "metric", "policy_id", "policy_version", "hours_id", "target_seconds", "allowed_seconds",
            "warn_after", "warnings_done", "escalate_after", "escalations_done", "escalate_at", "started_at",
            "running_since", "paused_at", "elapsed_seconds", "due_at", "warn_at", "warned_at", "breached_at",
            "breach_told_at", "met_at", "met_by_message_id", "finished_at", "decided_at", "team_id", "agent_id",
            "inbox_id", "channel", "priority",
        ),
        clock_rows,
    ),
    Table("csat_surveyrequest", REQUEST_COLUMNS, request_rows),
    Table("csat_rating", RATING_COLUMNS, rating_rows),
    Table("csat_recovery", RECOVERY_COLUMNS, recovery_rows),
    Table("sla_fact", COLUMNS, fact_rows),
)  # fmt: skip


def _subject(said: Said, life: Life) -> str:
    if not life.desk.is_mail or said.is_note:
        return ""
    return life.subject if said.seq == _FIRST else f"Re: {life.subject}"[:500]


def _recipients(said: Said, life: Life) -> str:
    if said.is_note:
        return "{}"
    customer = {"name": life.contact.name, "address": life.contact.address}
    if not said.is_inbound:
        return json.dumps({"to": [customer], "cc": []})
    sender = {"kind": life.desk.kind, **customer}
    if life.desk.is_mail:
        return json.dumps({"from": sender, "to": [{"name": life.desk.name, "address": life.desk.address}], "cc": []})
    return json.dumps({"from": sender})


def _array(values: Sequence[str]) -> str:
    """Tags have no commas, quotes or braces (tickets/services/changes.py: normal_tag)."""
    return "{" + ",".join(values) + "}"
