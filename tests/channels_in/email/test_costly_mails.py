"""Mails that are made to keep a worker busy: twice the size costs about twice the time, never four times."""

from __future__ import annotations

import time

import pytest

from channels_in.email.parse import parse
from tests.channels_in.email.samples import mail

SIZE = 200_000


@pytest.mark.parametrize(
    "words",
    [
        "begin 644 a\n",
        "begin 644 a\nM\n",
        "begin-base64 644 a\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\n\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: x\n\nx\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----BEGIN PGP SIGNATURE-----\n",
    ],
)
def test_marks_that_are_repeated_for_ever_cost_little(words: str) -> None:
    raw = mail(words * (SIZE // len(words)))
    began = time.process_time()
    parse(raw)
    assert time.process_time() - began < 2
