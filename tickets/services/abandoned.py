"""Deletes files that nobody waits for: uploads whose message was never sent, and files that no row points at."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.timezone import is_naive, make_aware

from core.clock import now
from core.db import run
from tickets.models import Attachment

logger = logging.getLogger(__name__)

# A file is written before its row; whoever writes one has been at it for minutes at most.
UNSETTLED = timedelta(days=1)
BATCH = 500
_MOST_UPLOADS = 5000
_OWN_NAME = re.compile(r"[0-9a-f]{32}")
# First letters of our file names, so many folders an hour: each is looked through about once a day.
FOLDERS = 256
FOLDERS_AT_ONCE = 11

_UPLOADS = """
    DELETE FROM tickets_attachment WHERE id IN (
        SELECT id FROM tickets_attachment a
        WHERE a.message_id IS NULL AND a.created_at < %s AND NOT EXISTS (
            SELECT FROM tickets_draft d WHERE d.attachment_ids @> to_jsonb(a.id::text)
        ) AND NOT EXISTS (
            SELECT FROM tickets_scheduledreply s
            WHERE s.state IN ('waiting', 'held') AND s.attachment_ids @> to_jsonb(a.id::text)
        )
        ORDER BY a.created_at LIMIT %s FOR UPDATE SKIP LOCKED
    )
    RETURNING storage_name"""


def drop_abandoned_uploads() -> int:
    """Uploads that nothing took or holds any more; the row goes first, so that no row ever lacks its file."""
    before = now() - timedelta(days=settings.KEEP_UPLOADS_DAYS)
    names = [name for (name,) in run([(_UPLOADS, [before, _MOST_UPLOADS])])]
    for name in names:
        default_storage.delete(name)
    return len(names)


def drop_files_without_rows(*, hour: int | None = None) -> int:
    """Files whose recording was rolled back or whose process died: older than a day, and in no row."""
    start = (hour if hour is not None else int(now().timestamp() // 3600)) * FOLDERS_AT_ONCE
    folders = [f"{(start + number) % FOLDERS:02x}" for number in range(FOLDERS_AT_ONCE)]
    return sum(_drop_in(folder) for folder in folders)


def _drop_in(folder: str) -> int:
    old = [name for name in _files_in(folder) if _written_at(name) < now() - UNSETTLED]
    dropped = 0
    for start in range(0, len(old), BATCH):
        batch = old[start : start + BATCH]
        # A file is named after its row's id, which has an index.
        rows = Attachment.objects.filter(pk__in=[UUID(name.rpartition("/")[2]) for name in batch])
        for name in set(batch) - set(rows.values_list("storage_name", flat=True)):
            default_storage.delete(name)
            dropped += 1
    if dropped:
        logger.info("Files without a row were deleted", extra={"folder": folder, "files": dropped})
    return dropped


def _files_in(folder: str) -> Iterator[str]:
    """Our own two levels of folders; nothing else in the storage is touched."""
    if not default_storage.exists(folder):
        return
    for inner in default_storage.listdir(folder)[0]:
        for name in default_storage.listdir(f"{folder}/{inner}")[1]:
            if _OWN_NAME.fullmatch(name):
                yield f"{folder}/{inner}/{name}"


def _written_at(name: str) -> datetime:
    at = default_storage.get_modified_time(name)
    return make_aware(at) if is_naive(at) else at
