"""The doctor names what is wrong and how to mend it, and its exit code tells."""

import io

import pytest
from django.core.management import call_command
from pytest_django import Settings

from helpdesk.doctor import examine
from helpdesk.doctor.finding import Verdict


@pytest.mark.django_db
def test_operator_without_workers_is_told_to_start_them() -> None:
    said = io.StringIO()
    with pytest.raises(SystemExit) as ending:
        call_command("doctor", stdout=said)
    assert ending.value.code == 1
    assert "no worker answers" in said.getvalue()
    assert "no beat runs" in said.getvalue()


@pytest.mark.django_db
def test_operator_with_a_dead_broker_still_hears_of_the_rest(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    found = dict(examine())
    assert found["broker"].verdict is Verdict.BROKEN
    assert found["migrations"].verdict is Verdict.GOOD


@pytest.mark.django_db
def test_operator_with_a_broken_address_is_told_which_setting(settings: Settings) -> None:
    settings.SITE_URL = "desk.example.com"
    texts = [finding.text for part, finding in examine() if part == "settings"]
    assert "SITE_URL is 'desk.example.com'" in texts
