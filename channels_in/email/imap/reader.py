"""Brings what is new in a mailbox to the door, then what is older, newest first; counts whether anything is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain

from django.conf import settings

from channels_in.email.imap import folder as folders
from channels_in.email.imap.folder import Folder, Head
from channels_in.email.imap.session import Session
from channels_in.email.mailbox import Mailbox
from channels_in.email.services import fetched, fetching
from channels_in.email.services.fetched import Found
from channels_in.models import MailFetch
from core.crashpoints import crashpoint
from tickets.models import Inbox

BATCH = 50
BATCH_BYTES = 2 * 1024 * 1024
# UIDs of deliveries that race may become visible out of order: so many below the cursor are looked at again.
LOOK_BACK = 50
# While the workers have so many mails of this inbox before them, older mail waits.
ENOUGH_WAITING = 100
# A mail over which the connection broke so often is left alone, so that it does not stop those behind it.
TRIES = 3
# When only the date tells whether a mail was there before us, the server's clock may differ from ours by so much.
CLOCK_MARGIN = timedelta(minutes=5)
# How many missing mails one look over the whole mailbox goes after.
MOST_MISSING = 500


@dataclass(slots=True)
class Memory:
    """What a fetcher remembers between its sessions: the mails that sessions broke over."""

    fetching: tuple[int, ...] = ()
    broken: Counter[int] = field(default_factory=Counter)

    def note_break(self) -> None:
        """The session broke. A batch is taken apart next time; a single mail has three tries."""
        for uid in self.fetching:
            self.broken[uid] += 1
        self.fetching = ()


@dataclass(slots=True)
class Reader:
    """One session's view of the mailbox."""

    client: Session
    inbox: Inbox
    mailbox: Mailbox
    state: MailFetch
    memory: Memory
    folder: Folder

    @classmethod
    def open(cls, client: Session, inbox: Inbox, mailbox: Mailbox, memory: Memory) -> Reader:
        state = fetching.state_of(inbox)
        reader = cls(client, inbox, mailbox, state, memory, folders.look(client, mailbox.folder))
        reader._settle()
        return reader

    def look(self) -> None:
        """How the folder is now. Asking anew also tells when the server began to count anew."""
        self.folder = folders.look(self.client, self.mailbox.folder)
        self._settle()

    def fetch_live(self) -> int:
        """Everything that came since the cursor; returns how many mails were new."""
        count = 0
        low = max(self.state.live_uid - LOOK_BACK, self.state.boundary_uid) + 1
        for uids in folders.upwards(self.client, self.folder, low):
            for batch in _batches(self._unknown(uids)):
                count += self._take(batch)
                fetching.move(self.state, live_uid=max(self.state.live_uid, *batch))
            fetching.move(self.state, live_uid=max(self.state.live_uid, *uids))
        return count

    def fetch_older(self) -> bool:
        """One batch of the import window, newest first; False when there is nothing to do now."""
        if not self.state.backfill_uid or fetched.waiting(self.inbox) >= ENOUGH_WAITING:
            return False
        uids = next(self._older(self.state.backfill_uid), [])[:BATCH]
        if uids:
            # Within a batch in their order, so that an answer finds what it answers.
            self._take(sorted(self._unknown(uids)))
        fetching.move(self.state, backfill_uid=min(uids, default=0))
        return bool(uids)

    def reconcile(self) -> int:
        """Hold the server's list against ours, fetch what is missing; returns what is missing after that."""
        missing: list[int] = []
        live = folders.upwards(self.client, self.folder, self.state.boundary_uid + 1)
        for uids in chain(live, self._older(self.state.boundary_uid + 1)):
            # What is still to come is not missing.
            expected = [uid for uid in uids if uid >= self.state.backfill_uid]
            missing += self._unknown(expected)[: MOST_MISSING - len(missing)]
        for batch in _batches(missing):
            self._take(batch)
        left = len(self._unknown(missing))
        fetching.note_count(self.state, server_count=self.folder.count, missing=left)
        return left

    def _older(self, below: int) -> Iterator[list[int]]:
        """The mails of the import window under a UID. Servers know days only, and not ours: one more is asked for."""
        since = self.state.window_from.date() - timedelta(days=1) if self.state.window_from else None
        return folders.downwards(self.client, self.folder, below, since=since)

    def _settle(self) -> None:
        """The first time, or after the server began to count anew, decide where to begin."""
        if self.state.mailbox != self.mailbox.key:
            fetching.begin(self.state, self.mailbox, generation=self.folder.generation, next_uid=self.folder.next_uid)
        elif self.state.generation != self.folder.generation:
            fetching.begin_again(self.state, generation=self.folder.generation, next_uid=self.folder.next_uid)

    def _unknown(self, uids: Sequence[int]) -> list[int]:
        known = fetched.known(self.inbox, self.state.generation, [str(uid) for uid in uids])
        return [uid for uid in uids if str(uid) not in known]

    def _take(self, uids: Sequence[int]) -> int:
        """Fetch the mails and give them to the door, in few round trips and with little in memory."""
        wanted = [head for head in folders.heads(self.client, uids) if self.memory.broken[head.uid] < TRIES]
        old = [head for head in wanted if self._is_too_old(head)]
        fetched.pass_over(self.inbox, self.state.generation, [str(head.uid) for head in old])
        count = 0
        for group in self._groups([head for head in wanted if head not in old]):
            found = self._fetched(group)
            crashpoint("fetch.after_fetch")
            count += fetched.store(self.inbox, self.state.generation, found)
            crashpoint("fetch.after_store")
        return count

    def _is_too_old(self, head: Head) -> bool:
        start = self.state.window_from
        if start is None or head.arrived_at is None or not self._was_there(head):
            return False
        return head.arrived_at < (start - CLOCK_MARGIN if self.state.is_rescan else start)

    def _was_there(self, head: Head) -> bool:
        return head.uid <= self.state.boundary_uid

    def _groups(self, wanted: Sequence[Head]) -> Iterator[list[Head]]:
        """Small mails together; large ones, and those that broke a session, each for itself."""
        group: list[Head] = []
        for head in wanted:
            alone = head.size > BATCH_BYTES or self.memory.broken[head.uid]
            if group and (alone or sum(item.size for item in group) + head.size > BATCH_BYTES):
                yield group
                group = []
            if alone:
                yield [head]
            else:
                group.append(head)
        if group:
            yield group

    def _fetched(self, group: Sequence[Head]) -> list[Found]:
        self.memory.fetching = tuple(head.uid for head in group)
        if group[0].size > settings.MAX_MAIL_BYTES:
            raws = {group[0].uid: folders.beginning(self.client, group[0].uid)}
        else:
            raws = folders.whole(self.client, self.memory.fetching)
        self.memory.fetching = ()
        return [
            Found(
                mark=str(head.uid),
                raw=raws[head.uid],
                arrived_at=head.arrived_at,
                whole_size=head.size if head.size > settings.MAX_MAIL_BYTES else 0,
                is_history=self._was_there(head) and not self.state.is_rescan,
            )
            for head in group
            if raws.get(head.uid)
        ]


def _batches(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), BATCH):
        yield uids[start : start + BATCH]
