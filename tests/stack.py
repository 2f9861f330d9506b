"""The running desk for stories: real web, worker, beat and mail-in processes on free ports."""

import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.operations import DatabaseOperations

from helpdesk.celery import app as celery_app
from helpdesk.embedded.processes import free_port, marked
from helpdesk.up.programs import desk_programs
from helpdesk.up.supervisor import Supervisor
from tests.waiting import poll_until

START_SECONDS = 120
SETTLE_SECONDS = 30
# Shorter than the database's own look for deadlocks: the one who empties gives way, never the desk.
FLUSH_WAIT_MS = 400
FLUSH_ATTEMPTS = 60


class Stack:
    """The desk's processes over the test database; data must be committed to be seen by them."""

    def __init__(self, database_url: str) -> None:
        self.port, self.mail_port, self.demo_mail_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.lines: list[str] = []
        self.abandoned: set[bytes | str] = set()
        environment = {
            **marked(Path(settings.VAR_DIR)),
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "MAIL_IN_PORT": str(self.mail_port),
            "DEMO_MAIL_PORT": str(self.demo_mail_port),
            # Providers are played by servers on this machine.
            "OUTGOING_HTTP_ALLOWED": "127.0.0.1",
        }
        self.supervisor = Supervisor(desk_programs(self.port), environment, Path(settings.BASE_DIR))
        self.supervisor.show = lambda name, line: self.lines.append(f"{name}: {line}")

    def start(self, *names: str) -> None:
        """Starts the named programs (all by default) and waits until they serve."""
        chosen = names or tuple(self.supervisor.programs)
        if "worker" not in self.supervisor.running:
            # Left by workers that were killed, perhaps in an earlier run on the same broker.
            self.abandoned |= self.taken()
        for name in chosen:
            self.supervisor.start_one(name)
        for name in chosen:
            if ready := READY.get(name):
                poll_until(partial(ready, self), START_SECONDS, pause=0.1)

    def stop(self, name: str) -> None:
        self.supervisor.stop_one(name)

    def kill(self, name: str) -> None:
        """`kill -9` of the program and everything it started."""
        self.supervisor.stop_one(name, signal.SIGKILL)
        # What it was working on stays marked as taken until the broker's time is up; nobody waits for that.
        self.abandoned |= self.taken()

    def restart(self, name: str) -> None:
        if name in self.supervisor.running:
            self.stop(name)
        self.start(name)

    def end(self) -> None:
        self.supervisor.stop()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def works(self) -> bool:
        return bool(celery_app.control.ping(timeout=0.5))

    def takes_mail(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.mail_port)) == 0

    def is_settled(self) -> bool:
        """No task waits or runs."""
        broker = redis.Redis.from_url(settings.CELERY_BROKER_URL)
        with closing(broker):
            waiting = sum(int(broker.llen(queue)) for queue in settings.TASK_QUEUES)
            return not waiting and not self.taken() - self.abandoned

    def taken(self) -> set[bytes | str]:
        """The tasks that workers have taken and not finished."""
        with closing(redis.Redis.from_url(settings.CELERY_BROKER_URL)) as broker:
            return set(broker.hkeys("unacked"))

    def settle(self) -> None:
        poll_until(self.is_settled, SETTLE_SECONDS)

    def quieten(self) -> None:
        """Lets the worker finish, so that the next test's empty database surprises nobody; else ends it."""
        if "worker" not in self.supervisor.running:
            return
        try:
            self.settle()
        except AssertionError:
            self.kill("worker")


READY: dict[str, Callable[[Stack], bool]] = {"web": Stack.answers, "worker": Stack.works, "mail-in": Stack.takes_mail}


def database_url_of_tests() -> str:
    own = connection.settings_dict
    password = f":{quote(own['PASSWORD'], safe='')}" if own["PASSWORD"] else ""
    return f"postgres://{own['USER']}{password}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


def empty_beside_a_running_desk(connection: BaseDatabaseWrapper, sql_list: list[str]) -> None:
    """Empties the tables in one go or lets go of all of them at once and tries again.

    The clock and the web go on while the tables are locked one by one, and each may hold one table and want another.
    With two of them the database finds the circle only after the longest patience, so nobody may wait that long.
    """
    for attempt in range(FLUSH_ATTEMPTS):
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {FLUSH_WAIT_MS}")
                cursor.execute("SET LOCAL statement_timeout = 0")
                for sql in sql_list:
                    cursor.execute(sql)
        except OperationalError:
            if attempt + 1 == FLUSH_ATTEMPTS:
                raise
        else:
            return


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied_beside_a_running_desk() -> Iterator[None]:
    def execute_sql_flush(operations: DatabaseOperations, sql_list: list[str]) -> None:
        empty_beside_a_running_desk(operations.connection, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


RUNNING = pytest.StashKey[Stack]()


@pytest.fixture(scope="session")
def _stack_processes(django_db_setup: None, request: pytest.FixtureRequest) -> Iterator[Stack]:
    stack = request.session.stash[RUNNING] = Stack(database_url_of_tests())
    try:
        stack.start()
    except AssertionError:
        pytest.fail("The desk did not start:\n" + "\n".join(stack.lines[-40:]))
    else:
        yield stack
    finally:
        stack.end()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last story the desk ends: what is left to test must not meet its worker and its clock."""
    stack = item.session.stash.get(RUNNING, None)
    if stack is not None and (nextitem is None or not is_story(nextitem)):
        stack.end()


def is_story(item: pytest.Item) -> bool:
    return "stack" in item.keywords or "browser" in item.keywords


@pytest.fixture
def live_stack(_stack_processes: Stack, transactional_db: None, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The running desk, whole again at the start of each test and quiet at its end."""
    stack = _stack_processes
    del stack.lines[:]
    fallen = [
        name
        for name in stack.supervisor.programs
        if (entry := stack.supervisor.running.get(name)) is None or entry.process.poll() is not None
    ]
    if fallen:
        for name in fallen:
            stack.supervisor.running.pop(name, None)
        stack.start(*fallen)
    yield stack
    stack.quieten()
    if stack.lines:
        request.node.add_report_section("call", "the desk said", "\n".join(stack.lines[-60:]))
