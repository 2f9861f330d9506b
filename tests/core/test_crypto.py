"""Secrets at rest and signatures."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from core import crypto
from tickets.models import Inbox


@pytest.mark.django_db
def test_secret_is_unreadable_in_the_database() -> None:
    inbox = Inbox.objects.create(kind="email", name="A", secrets={"password": "canary-secret"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT inbox::text FROM tickets_inbox inbox")
        assert "canary-secret" not in cursor.fetchone()[0]
    assert Inbox.objects.get(pk=inbox.pk).secrets == {"password": "canary-secret"}


def test_old_key_still_reads_and_rotation_moves_to_the_new_one() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    with override_settings(FERNET_KEYS=[old]):
        token = crypto.encrypt("word")
    with override_settings(FERNET_KEYS=[new, old]):
        assert crypto.decrypt(token) == "word"
        moved = crypto.rotate(token)
    with override_settings(FERNET_KEYS=[new]):
        assert crypto.decrypt(moved) == "word"
    with override_settings(FERNET_KEYS=[new]), pytest.raises(ValueError, match="FERNET_KEYS"):
        crypto.decrypt(token)


@given(st.text(), st.text())
def test_signature_binds_each_part(first: str, second: str) -> None:
    given_signature = crypto.signature("reply", first, second)
    assert crypto.is_signed(given_signature.upper(), "reply", first, second)
    assert not crypto.is_signed(given_signature, "else", first, second)
    assert not crypto.is_signed(given_signature, "reply", first, second + "x")
