"""What nobody waits for is deleted: uploads without a message, files without a row; everything else stays."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import Settings

from core.clock import now
from tests.cast import Cast, last_message, new_ticket
from tickets.models import Attachment, Draft
from tickets.services import abandoned
from tickets.services.files import store, upload

pytestmark = pytest.mark.django_db


def an_upload(cast: Cast, *, days: int) -> Attachment:
    made = upload(b"content", name="a.txt", content_type="text/plain", agent=cast.ana)
    Attachment.objects.filter(pk=made.pk).update(created_at=now() - timedelta(days=days))
    return made


def age(storage_name: str, *, days: int) -> None:
    moment = (now() - timedelta(days=days)).timestamp()
    os.utime(Path(default_storage.path(storage_name)), (moment, moment))


def test_old_upload_goes_with_its_file_unless_a_draft_or_a_message_has_it(cast: Cast, settings: Settings) -> None:
    settings.KEEP_UPLOADS_DAYS = 7
    forgotten, fresh, drafted, sent = (an_upload(cast, days=days) for days in (8, 6, 8, 8))
    ticket = new_ticket(cast.mail)
    Draft.objects.create(agent=cast.ana, ticket=ticket, mode="reply", attachment_ids=[str(drafted.pk)])
    Attachment.objects.filter(pk=sent.pk).update(message=last_message(ticket))
    assert abandoned.drop_abandoned_uploads() == 1
    assert set(Attachment.objects.all()) == {fresh, drafted, sent}
    assert not default_storage.exists(forgotten.storage_name)
    assert all(default_storage.exists(kept.storage_name) for kept in (fresh, drafted, sent))


def test_file_of_a_rolled_back_recording_goes_after_a_day(cast: Cast) -> None:
    lost, fresh = (store(b"content", name="a.txt", content_type="text/plain") for _ in range(2))
    kept = an_upload(cast, days=0)
    strange = default_storage.save(f"{lost.storage_name[:5]}/notes.txt", ContentFile(b"mine"))
    for name in (lost.storage_name, kept.storage_name, strange):
        age(name, days=2)
    hours = -(-abandoned.FOLDERS // abandoned.FOLDERS_AT_ONCE)
    assert sum(abandoned.drop_files_without_rows(hour=hour) for hour in range(hours)) == 1
    assert not default_storage.exists(lost.storage_name)
    assert all(default_storage.exists(name) for name in (fresh.storage_name, kept.storage_name, strange))
