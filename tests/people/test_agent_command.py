"""How colleagues come and go."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from people.models import Agent, Role

pytestmark = pytest.mark.django_db


def _run(*words: str) -> str:
    out = io.StringIO()
    call_command("agent", *words, stdout=out)
    return out.getvalue()


def test_admin_adds_a_colleague_who_can_sign_in() -> None:
    said = _run("add", "--email", "Zoe@Desk.example", "--name", "Zoe", "--role", "light")
    zoe = Agent.objects.get(email="zoe@desk.example")
    assert zoe.role == Role.LIGHT
    assert zoe.check_password(said.splitlines()[0].rpartition(" ")[2])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "--email", "nonsense", "--name", "Zoe"), "e-mail address"),
        (("add", "--email", "a@desk.example"), "Enter a name"),
        (("deactivate", "--email", "nobody@desk.example"), "no agent"),
    ],
)
def test_wrong_words_are_refused_with_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        _run(*words)


def test_same_address_is_taken_once() -> None:
    _run("add", "--email", "zoe@desk.example", "--name", "Zoe")
    with pytest.raises(CommandError, match="already"):
        _run("add", "--email", "ZOE@desk.example", "--name", "Zoe")


def test_leaver_is_switched_off_and_the_last_admin_stays() -> None:
    _run("add", "--email", "ada@desk.example", "--name", "Ada", "--role", "admin")
    _run("add", "--email", "zoe@desk.example", "--name", "Zoe")
    _run("deactivate", "--email", "zoe@desk.example")
    assert not Agent.objects.get(email="zoe@desk.example").is_active
    _run("activate", "--email", "zoe@desk.example")
    assert Agent.objects.get(email="zoe@desk.example").is_active
    with pytest.raises(CommandError, match="last admin"):
        _run("deactivate", "--email", "ada@desk.example")
