"""Kills a copy of the test's process at a named place, and finds all such places in the source."""

from __future__ import annotations

import ast
import gc
import os
import signal
import traceback
from collections.abc import Callable
from functools import cache

from django.db import connections

from core import crashpoints
from tests.architecture.source import name_of, nodes, python_files

FINISHED = 7


@cache
def all_points() -> dict[str, str]:
    """Every place in our source where a process may be made to die, and the file that it is in."""
    return {
        node.args[0].value: name_of(path)
        for path in python_files()
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "crashpoint"
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def unnamed_points() -> list[str]:
    """Calls whose name is made at run time: no test could iterate over those."""
    return [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files()
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "crashpoint"
        if not (len(node.args) == 1 and isinstance(node.args[0], ast.Constant))
    ]


def dies_at(point: str, work: Callable[[], object]) -> bool:
    """Have a forked process do the work with the place armed; True when it was killed there, False when it finished.

    A fork takes milliseconds where a new interpreter takes seconds, so that every place can be tried.
    """
    pid = os.fork()
    if pid == 0:
        _live_and_die(point, work)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == FINISHED, "the process failed before it came to the place"
    return False


def _live_and_die(point: str, work: Callable[[], object]) -> None:
    """In the copy: with a database connection of its own (the parent's stays untouched), and no way back to pytest."""
    gc.disable()
    try:
        for alias in connections:
            connections[alias].connection = None
        crashpoints.arm(point)
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(FINISHED)
