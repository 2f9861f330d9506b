"""Saved reports: kept with their filters, mailed when due, once, and only to those who may."""

from __future__ import annotations

import email
import re
from datetime import UTC, datetime, timedelta
from email import policy as mail_policy
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from channels_in.email.compose import Outgoing
from core.errors import Invalid, NotFound
from people.models import Agent
from reports.base import Report
from reports.definitions import REPORTS
from reports.fact_report import FactReport
from reports.metrics import METRICS
from reports.models import SavedReport
from reports.runner import Run, run_report
from reports.schedule import days_before, next_time
from reports.services.mailing import claim_due, mail_claimed
from reports.services.saving import SavedDraft, delete_saved, save_report
from reports.target import Target
from tests.cast import Cast
from tests.reports.fortnight import Fortnight

BERLIN = ZoneInfo("Europe/Berlin")
# A Sunday; the weekly mail of the 16th is about the second week of the fortnight.
SAVED_AT = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Outgoing]:
    mails: list[Outgoing] = []
    monkeypatch.setattr("reports.services.mailing.transmit", lambda server, mail, progress: mails.append(mail))
    return mails


def _weekly(cast: Cast, **values: object) -> SavedReport:
    draft = {"name": "Board", "slug": "sla", "every": "week", "recipients": "boss@example.com; cfo@example.com"}
    return save_report(cast.mona, SavedDraft(**{**draft, **values}))  # type: ignore[arg-type]  # words of the form


def _mail_due() -> None:
    for saved_id in claim_due():
        mail_claimed(saved_id)


def test_mail_goes_out_at_seven_by_the_owners_clock_across_the_change_of_clocks() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert next_time("day", after=before, zone=BERLIN) == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert next_time("week", after=before, zone=BERLIN) == datetime(2026, 3, 30, 5, tzinfo=UTC)
    assert next_time("month", after=before, zone=BERLIN) == datetime(2026, 4, 1, 5, tzinfo=UTC)
    days = days_before("month", at=datetime(2026, 4, 1, 5, tzinfo=UTC), zone=BERLIN)
    assert (days.first.isoformat(), days.last.isoformat()) == ("2026-03-01", "2026-03-31")


def test_due_report_is_mailed_once_with_pictures_table_and_link(
    cast: Cast, fortnight: Fortnight, sent: list[Outgoing], time_machine: time_machine.TimeMachineFixture
) -> None:
    time_machine.move_to(SAVED_AT, tick=False)
    saved = _weekly(cast)
    _mail_due()
    assert sent == []
    time_machine.move_to(SAVED_AT + timedelta(days=1), tick=False)
    ids = claim_due()
    assert (ids, claim_due()) == ([saved.pk], [])
    mail_claimed(saved.pk)
    _mail_due()
    (mail,) = sent
    assert mail.recipients == ("boss@example.com", "cfo@example.com")
    message = email.message_from_bytes(mail.content, policy=mail_policy.default)
    assert "boss@example.com" not in str(message["To"])
    pictures = [part.get_content() for part in message.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 3
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    body = message.get_body(("html",))
    assert body is not None
    html = body.get_content()
    assert "from=2026-03-09&amp;to=2026-03-15" in html
    assert "By team</td>" in html
    assert ">Legal</td>" in html
    assert "style=" in html
    saved.refresh_from_db()
    assert saved.next_at is not None
    assert saved.next_at > SAVED_AT + timedelta(days=7)


def test_mail_for_missed_targets_only_stays_away_while_they_are_met(
    cast: Cast, fortnight: Fortnight, sent: list[Outgoing], time_machine: time_machine.TimeMachineFixture
) -> None:
    time_machine.move_to(SAVED_AT, tick=False)
    _weekly(cast, only_if_missed=True, query="goal=0")
    _weekly(cast, only_if_missed=True, query="goal=99", name="Bad news")
    time_machine.move_to(SAVED_AT + timedelta(days=1), tick=False)
    _mail_due()
    assert [b"Bad news" in mail.content for mail in sent] == [True]


@pytest.mark.parametrize(
    ("target", "goal", "value", "is_missed"),
    [
        (Target("csat", 80), "", 79.9, True),
        (Target("csat", 80), "", 80.0, False),
        (Target("csat", 80), "75", 79.9, False),
        (Target("csat", 80), "", None, False),
        (Target("chat_abandon_share", 10, is_most=True), "", 10.1, True),
        (Target("chat_abandon_share", 10, is_most=True), "", 10.0, False),
        (Target("chat_abandon_share", 10, is_most=True), "0", 0.1, True),
    ],
)
def test_target_is_missed_below_its_least_or_above_its_most(
    target: Target, goal: str, value: float | None, is_missed: bool
) -> None:
    assert target.is_missed(value, goal) is is_missed


@pytest.mark.parametrize(
    "report", [report for report in REPORTS.values() if report.target], ids=lambda report: report.slug
)
def test_each_target_is_a_figure_of_its_reports_page(report: Report) -> None:
    assert isinstance(report, FactReport)
    assert report.target is not None
    assert report.target.metric in report.tiles
    assert METRICS[report.target.metric].kind == "percent"
    for drawn in report.drawn:
        assert not drawn.has_goal or drawn.series[0][0] == report.target.metric


def test_manager_who_mistypes_an_address_keeps_the_form(client: Client, cast: Cast) -> None:
    client.force_login(cast.mona)
    form = {
        "name": "Board <b>", "slug": "callbacks", "query": "days=7&goal=95", "every": "week",
        "recipients": "boss@example.com, boss at home", "only_if_missed": "on",
    }  # fmt: skip
    answer = client.post("/reports/saved/", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Board &lt;b&gt;"' in page
    assert '<option value="week" selected>' in page
    assert 'value="boss@example.com, boss at home" aria-invalid="true" aria-describedby="s-recipients-error"' in page
    assert "“boss at home” is no address." in page
    assert 'name="only_if_missed" checked' in page
    assert "Callbacks kept, at least 95 %" in page
    assert 'name="query" value="days=7&amp;goal=95"' in page
    [back] = re.findall(r'href="([^"]+)">Cancel</a>', page)
    assert client.get(unescape(back)).status_code == 200
    assert "days=7&amp;goal=95" in back
    assert not SavedReport.objects.exists()


def test_report_without_a_target_says_so_and_waits_for_no_miss(client: Client, cast: Cast) -> None:
    client.force_login(cast.mona)
    assert "This report has no target that could be missed" in client.get("/reports/volume/").content.decode()
    with pytest.raises(Invalid) as refused:
        save_report(cast.mona, SavedDraft(name="Never", slug="volume", only_if_missed=True))
    assert set(refused.value.fields) == {"only_if_missed"}


def test_report_of_somebody_who_may_no_longer_see_reports_is_not_mailed(
    cast: Cast, fortnight: Fortnight, sent: list[Outgoing], time_machine: time_machine.TimeMachineFixture
) -> None:
    time_machine.move_to(SAVED_AT, tick=False)
    _weekly(cast)
    cast.mona.role = "agent"
    cast.mona.save()
    time_machine.move_to(SAVED_AT + timedelta(days=1), tick=False)
    _mail_due()
    assert sent == []


def test_mail_that_fails_is_tried_again_later(
    cast: Cast,
    fortnight: Fortnight,
    monkeypatch: pytest.MonkeyPatch,
    time_machine: time_machine.TimeMachineFixture,
) -> None:
    def refuse(*args: object) -> None:
        raise OSError("The mail server is away.")

    monkeypatch.setattr("reports.services.mailing.transmit", refuse)
    time_machine.move_to(SAVED_AT, tick=False)
    saved = _weekly(cast)
    time_machine.move_to(SAVED_AT + timedelta(days=1), tick=False)
    _mail_due()
    saved.refresh_from_db()
    assert saved.problem == "The mail server is away."
    assert claim_due() == []
    time_machine.move_to(SAVED_AT + timedelta(days=1, minutes=16), tick=False)
    assert claim_due() == [saved.pk]


def test_report_that_cannot_be_made_holds_up_no_other(
    cast: Cast,
    fortnight: Fortnight,
    sent: list[Outgoing],
    monkeypatch: pytest.MonkeyPatch,
    time_machine: time_machine.TimeMachineFixture,
) -> None:
    time_machine.move_to(SAVED_AT, tick=False)
    broken, fine = _weekly(cast), _weekly(cast, name="Fine", slug="volume")

    def run(viewer: Agent, slug: str, query: dict[str, str]) -> Run:
        if slug == broken.slug:
            raise KeyError("a bug")
        return run_report(viewer, slug, query)

    monkeypatch.setattr("reports.services.mailing.run_report", run)
    time_machine.move_to(SAVED_AT + timedelta(days=1), tick=False)
    _mail_due()
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert broken.problem == "The report could not be made. The log says why."
    assert (len(sent), fine.problem) == (1, "")


def test_manager_saves_a_report_and_only_its_owner_deletes_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.mona)
    client.post("/reports/saved/", {"name": "Mine", "slug": "volume", "query": "days=7"})
    saved = SavedReport.objects.get()
    assert (saved.name, saved.query, saved.next_at) == ("Mine", "days=7", None)
    assert "Mine" in client.get("/reports/").content.decode()
    with pytest.raises(NotFound):
        delete_saved(cast.ada, saved.pk)
    client.post(f"/reports/saved/{saved.pk}/delete/")
    assert not SavedReport.objects.exists()


@pytest.mark.parametrize(
    "values",
    [{"recipients": ""}, {"recipients": "no address"}, {"every": "hour"}, {"name": " "}, {"query": "days=0"}],
)
def test_wrong_drafts_are_refused(cast: Cast, values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        _weekly(cast, **values)
