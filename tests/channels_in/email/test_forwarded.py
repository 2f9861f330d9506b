"""Who really wrote a mail that was passed on, in the shapes of the common mail programs."""

from __future__ import annotations

import pytest

from channels_in.email.forwarded import forwarded
from tests.channels_in.email.samples import parsed

GMAIL = """For you!

---------- Forwarded message ---------
From: Vera Lund <vera@mail.example>
Date: Fri, 20 Nov 2026 at 10:00
Subject: Order 17
To: <boss@desk.example>


Where is my order?
It is late.
"""
OUTLOOK = """For you!

________________________________
From: Vera Lund <vera@mail.example>
Sent: Friday, November 20, 2026 10:00 AM
To: Boss <boss@desk.example>
Subject: Order 17

Where is my order?
It is late.
"""
OUTLOOK_GERMAN = """For you!

-----Ursprüngliche Nachricht-----
Von: Vera Lund [mailto:vera@mail.example]
Gesendet: Freitag, 20. November 2026 10:00
An: Boss
Betreff: Order 17

Where is my order?
It is late.
"""
APPLE = """For you!

> Begin forwarded message:
>
> From: Vera Lund <vera@mail.example>
> Subject: Order 17
> Date: 20 November 2026 at 10:00:00 CET
> To: boss@desk.example
>
> Where is my order?
> It is late.
"""


GERMAN = GMAIL.replace("Forwarded message", "Weitergeleitete Nachricht")
FRENCH = GMAIL.replace("Forwarded message", "Message transféré")


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Fwd: Order 17", GMAIL),
        ("FW: Order 17", OUTLOOK),
        ("WG: Order 17", OUTLOOK_GERMAN),
        ("Fwd: Order 17", APPLE),
        ("Order 17", GMAIL),
        ("Fwd: Order 17", GERMAN),
        ("TR : Order 17", FRENCH),
    ],
)
def test_original_sender_is_found(subject: str, body: str) -> None:
    found = forwarded(parsed(body, subject=subject))
    assert found is not None
    assert (found.sender.value, found.sender.name, found.subject) == ("vera@mail.example", "Vera Lund", "Order 17")
    assert found.text == "Where is my order?\nIt is late."
    assert found.cover.startswith("For you!")


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Order 17", "Where is my order?"),
        ("Re: Order 17", OUTLOOK),  # an answer with its history
        ("AW: Order 17", GMAIL),
        ("Fwd: Order 17", "From: nobody in particular\n\nHello"),
        ("Fwd: Order 17", "---------- Forwarded message ---------\n"),
        ("Fwd:", ""),
    ],
)
def test_what_is_no_forward_is_left_alone(subject: str, body: str) -> None:
    assert forwarded(parsed(body, subject=subject)) is None
