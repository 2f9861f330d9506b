"""The same change of all tickets that match: what matched at the click, each once, whoever dies on the way."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotAllowed
from csat.services.surveys import SurveyDraft, save_survey
from people.models import Agent, Role
from routing import verbs
from routing.bulk_preview import Preview, preview
from routing.models import BulkItem, BulkJob, Macro
from routing.selectors.bulk import matching, problems_of, progress_of
from routing.services import bulk
from routing.tasks import sweep_routing
from tests.desk import a_team, an_agent, an_inbox, customer_writes
from tickets.models import Inbox, Message, Ticket, TicketEvent
from tickets.selectors.filters import Filters
from tickets.services import changes

OPEN = Filters(where='{"all": [{"fact": "subject", "op": "contains", "value": "help"}]}')


def start(agent: Agent, verb: str = "status", filters: Filters = OPEN, **values: str) -> BulkJob:
    return bulk.start(agent, verb=verb, values=values, filters=filters, label="Change")


def work(job: BulkJob) -> BulkJob:
    while bulk.work(job.pk):
        continue
    job.refresh_from_db()
    return job


def statuses() -> list[str]:
    return list(Ticket.objects.order_by("pk").values_list("status", flat=True))


def test_all_that_match_are_changed_and_brought_back(inbox: Inbox, mia: Agent) -> None:
    for _ in range(3):
        customer_writes(inbox)
    customer_writes(inbox, subject="Other")
    assert matching(mia, OPEN) == 3
    job = work(start(mia, status="resolved"))
    assert statuses() == ["resolved"] * 3 + ["open"]
    told = progress_of(job)
    assert (job.state, told.done, told.can_undo) == ("done", 3, True)
    back = work(bulk.undo(job, by=mia))
    assert statuses() == ["open"] * 4
    assert not progress_of(back).can_undo
    with pytest.raises(Conflict):
        bulk.undo(job, by=mia)


def test_tickets_that_came_or_went_since_the_click_are_left_alone(inbox: Inbox, mia: Agent) -> None:
    first, second, third = (customer_writes(inbox) for _ in range(3))
    job = start(mia, verb="tags", add="seen")
    changes.set_subject(second, subject="Other", actor=mia.as_actor())
    Ticket.objects.filter(pk=third.pk).update(team=a_team("Legal", is_private=True))
    late = customer_writes(inbox)
    told = progress_of(work(job))
    assert (told.done, told.skipped, told.refused) == (1, 2, 0)
    tagged = Ticket.objects.filter(tags__contains=["seen"]).values_list("pk", flat=True)
    assert list(tagged) == [first.pk]
    assert late.pk not in tagged
    numbers = [problem.number for problem in problems_of(job, mia)]
    assert numbers == [second.number, None]


def test_refusals_are_told_ticket_by_ticket(inbox: Inbox, mia: Agent) -> None:
    tickets = [customer_writes(inbox) for _ in range(2)]
    changes.set_status(tickets[0], status="closed", actor=mia.as_actor())
    macro = Macro.objects.create(name="Gone", actions=[{"action": "set_field", "params": {"field": "x", "value": "1"}}])
    everything = Filters(state="any")
    told = progress_of(work(start(mia, verb="macro", filters=everything, macro=str(macro.pk))))
    assert (told.done, told.refused) == (0, 2)
    assert {problem.text for problem in problems_of(told.job, mia)} == {"The custom field of this action is gone."}


def test_killed_worker_is_replaced_and_nothing_is_done_twice(
    inbox: Inbox, mia: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        customer_writes(inbox)
    macro = Macro.objects.create(name="Note", actions=[{"action": "add_note", "params": {"text": "Seen"}}])
    job = start(mia, verb="macro", macro=str(macro.pk))
    plain, seen = verbs.VERBS["macro"], []

    def dies(ticket: Ticket, values: Any, actor: Any) -> object:
        seen.append(ticket.pk)
        done = plain.do(ticket, values, actor)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return done

    monkeypatch.setitem(verbs.VERBS, "macro", verbs.Verb(dies))
    with pytest.raises(KeyboardInterrupt):
        bulk.work(job.pk)
    monkeypatch.setitem(verbs.VERBS, "macro", plain)
    assert progress_of(job).done == 2
    BulkJob.objects.update(claimed_until="2020-01-01T00:00Z")
    asked: list[int] = []
    monkeypatch.setattr("routing.tasks.change_many.delay", asked.append)
    sweep_routing()
    sweep_routing()
    assert asked == [job.pk], "the second sweep waits for the worker that the first one asked for"
    assert progress_of(work(job)).done == 4
    assert Message.objects.filter(kind="note").count() == 4
    assert TicketEvent.objects.filter(kind="MacroApplied").count() == 4


def test_stopped_job_leaves_the_rest_alone(inbox: Inbox, mia: Agent) -> None:
    for _ in range(2):
        customer_writes(inbox)
    job = start(mia, status="resolved")
    bulk.cancel(job, by=mia)
    assert work(job).state == "cancelled"
    assert statuses() == ["open", "open"]


def test_rights_are_asked_again_while_it_runs(inbox: Inbox, mia: Agent) -> None:
    customer_writes(inbox)
    job = start(mia, status="resolved")
    Agent.objects.filter(pk=mia.pk).update(role=Role.LIGHT)
    assert progress_of(work(job)).refused == 1
    assert statuses() == ["open"]


def test_nobody_changes_what_they_may_not(inbox: Inbox, mia: Agent) -> None:
    with pytest.raises(Invalid, match="matches"):
        start(mia, status="resolved")
    customer_writes(an_inbox(is_private=True))
    with pytest.raises(Invalid, match="matches"):
        start(mia, status="resolved")
    with pytest.raises(NotAllowed):
        start(an_agent("Lia", role=Role.LIGHT), status="resolved")


def test_too_many_tickets_or_jobs_are_refused(inbox: Inbox, mia: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        customer_writes(inbox)
    monkeypatch.setattr(bulk, "MOST_TICKETS", 1)
    with pytest.raises(Invalid, match="too many"):
        start(mia, status="resolved")
    assert not BulkItem.objects.exists()
    monkeypatch.setattr(bulk, "MOST_TICKETS", 10)
    for _ in range(3):
        start(mia, status="resolved")
    with pytest.raises(Conflict):
        start(mia, status="resolved")


def look(viewer: Agent, verb: str, **values: str) -> Preview:
    return preview(viewer, verb=verb, values=values, filters=OPEN, sort="-created_at")


def test_change_is_shown_before_it_begins_and_nothing_is_done(
    inbox: Inbox, mia: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    urgent, *others = (customer_writes(inbox) for _ in range(8))
    changes.set_priority(urgent, priority="urgent", actor=mia.as_actor())
    customer_writes(inbox, subject="Other")
    customer_writes(an_inbox(is_private=True))
    told = look(mia, "priority", priority="urgent")
    assert (told.words, told.count, told.same, told.can_undo) == ("Set the priority to urgent", 8, 1, True)
    newest = [(ticket.number, "Normal") for ticket in reversed(others)][:6]
    assert [(line.number, line.now) for line in told.first] == newest
    assert told.rest == 2
    macro = Macro.objects.create(name="Note", actions=[{"action": "add_note", "params": {"text": "Seen"}}])
    told = look(mia, "macro", macro=str(macro.pk))
    assert (told.words, told.does, told.can_undo) == ("Run the macro Note", ["Add the note “Seen”"], False)
    Macro.objects.update(texts=[{"language": "", "channel": "", "text": "Hello"}])
    assert look(mia, "macro", macro=str(macro.pk)).does[-1].startswith("Its text is not sent")
    Macro.objects.update(actions=[{"action": "ask_for_csat", "params": {"survey": "fitting"}}])
    with pytest.raises(Invalid, match="use it in a reply"):
        look(mia, "macro", macro=str(macro.pk))
    monkeypatch.setattr("routing.selectors.bulk.MOST_TICKETS", 3)
    monkeypatch.setattr("routing.bulk_preview.MOST_TICKETS", 3)
    assert look(mia, "wake").is_too_many
    assert not BulkJob.objects.exists()
    assert set(Ticket.objects.values_list("priority", flat=True)) == {"normal", "urgent"}


@pytest.mark.parametrize(
    ("verb", "values", "words", "now"),
    [
        ("status", {"status": "resolved"}, "Set the status to resolved", "Open"),
        ("assign", {"agent": ""}, "Assign to nobody", "nobody"),
        ("assign", {"agent": "mia"}, "Assign to Mia Winter", "nobody"),
        ("team", {"team": ""}, "Take out of the team", "Support"),
        ("tags", {"add": "VIP", "remove": "old, stale"}, "Add the tag vip and remove the tags old, stale", "no tags"),
        ("snooze", {"until": "2030-01-02T08:30:00+00:00"}, "Snooze until 2 Jan 2030, 08:30", ""),
        ("wake", {}, "Wake", ""),
    ],
)
def test_change_is_told_in_words(
    inbox: Inbox, mia: Agent, settings: Any, verb: str, values: dict[str, str], words: str, now: str
) -> None:
    settings.TIME_ZONE = "UTC"
    customer_writes(inbox)
    given = {name: str(mia.pk) if value == "mia" else value for name, value in values.items()}
    told = look(mia, verb, **given)
    assert (told.words, told.first[0].now) == (words, now)


def test_macro_that_asks_customers_is_refused_before_it_begins(inbox: Inbox, mia: Agent) -> None:
    save_survey(SurveyDraft(name="After every ticket"))
    customer_writes(inbox)
    actions = [{"action": "ask_for_csat", "params": {"survey": "fitting"}}]
    macro = Macro.objects.create(name="Goodbye", actions=actions)
    with pytest.raises(Invalid, match="with Send"):
        start(mia, verb="macro", macro=str(macro.pk))
    assert not BulkJob.objects.exists()


def test_what_somebody_changed_since_is_not_brought_back(inbox: Inbox, mia: Agent) -> None:
    kept, undone = (customer_writes(inbox) for _ in range(2))
    job = work(start(mia, verb="priority", priority="urgent"))
    changes.set_priority(kept, priority="high", actor=an_agent("Ben").as_actor())
    back = work(bulk.undo(job, by=mia))
    assert list(Ticket.objects.order_by("pk").values_list("priority", flat=True)) == ["high", "normal"]
    assert [problem.ticket_id for problem in problems_of(back, mia)] == [kept.pk]
    assert progress_of(back).done == 1
    assert undone.pk > kept.pk


def test_stop_holds_from_the_next_ticket_on(inbox: Inbox, mia: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        customer_writes(inbox)
    job = start(mia, status="resolved")
    first_verb = verbs.verb_named("status")

    def stopping(ticket: Ticket, values: Any, actor: Any) -> None:
        bulk.cancel(job, by=mia)
        first_verb.do(ticket, values, actor)

    monkeypatch.setitem(verbs.VERBS, "status", verbs.Verb(stopping, first_verb.undo))
    assert work(job).state == "cancelled"
    monkeypatch.undo()
    assert sorted(statuses()) == ["open", "open", "resolved"]
    work(bulk.undo(job, by=mia))
    assert statuses() == ["open"] * 3
