"""Keeps a set of processes running: starts them, relays what they say, restarts the fallen, stops all.

Honcho would end everything when one process falls, and runs each under a shell; a desk should heal instead.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

RESTART_SECONDS = (1, 2, 5, 10, 30)
QUICK_SECONDS = 10
STOP_SECONDS = 8


@dataclass(frozen=True)
class Program:
    """One process of the desk, and how to start it."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Running:
    """A program's present process, and how often in a row it fell soon after its start."""

    program: Program
    process: subprocess.Popen[bytes]
    started_at: float
    quick_falls: int = 0
    restart_at: float | None = None


class Supervisor:
    """Owns the processes; every child leads its own session, so Ctrl-C reaches only us."""

    def __init__(self, programs: Iterable[Program], environment: Mapping[str, str], folder: Path) -> None:
        self.programs = {program.name: program for program in programs}
        self.environment = environment
        self.folder = folder
        self.show: Callable[[str, str], None] = say
        self.running: dict[str, Running] = {}
        self.stopping = threading.Event()

    def start(self) -> None:
        for name in self.programs:
            self.start_one(name)

    def start_one(self, name: str) -> None:
        program = self.programs[name]
        self.running[name] = Running(program, self._launch(program), time.monotonic())

    def stop_one(self, name: str, number: int = signal.SIGTERM) -> None:
        """Ends one program and everything it started; `watch` would start it again, so not beside it."""
        process = self.running.pop(name).process
        if number == signal.SIGKILL:
            signal_group(process, number)
        else:
            process.send_signal(number)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            say("up", f"{name} does not stop by itself and is killed")
        signal_group(process, signal.SIGKILL)
        process.wait()

    def watch(self) -> int:
        """Watches until `stopping` is set or a program keeps falling; returns the exit code."""
        while not self.stopping.wait(0.2):
            for entry in self.running.values():
                if not self._care_for(entry):
                    return 1
        return 0

    def stop(self) -> None:
        """Asks every process to end (its children are its own business), then kills what is left of each group."""
        for entry in self.running.values():
            entry.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for entry in self.running.values():
            try:
                entry.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                say("up", f"{entry.program.name} does not stop by itself and is killed")
        for entry in self.running.values():
            signal_group(entry.process, signal.SIGKILL)
            entry.process.wait()

    def _launch(self, program: Program) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Lines are shown when they are said, not when a buffer is full.
            env={**self.environment, "PYTHONUNBUFFERED": "1", **program.environment},
            cwd=self.folder,
            start_new_session=True,
        )
        threading.Thread(target=relay, args=(program.name, process, self.show), daemon=True).start()
        return process

    def _care_for(self, entry: Running) -> bool:
        """Restarts a fallen process after a pause; False when it fell too often."""
        now = time.monotonic()
        if entry.restart_at is not None:
            if now >= entry.restart_at:
                entry.process, entry.started_at, entry.restart_at = self._launch(entry.program), now, None
            return True
        code = entry.process.poll()
        if code is None:
            return True
        signal_group(entry.process, signal.SIGKILL)
        entry.quick_falls = entry.quick_falls + 1 if now - entry.started_at < QUICK_SECONDS else 0
        if entry.quick_falls >= len(RESTART_SECONDS):
            say(
                "up",
                f"{entry.program.name} keeps ending; its last lines above say why",
            )
            return False
        pause = RESTART_SECONDS[entry.quick_falls]
        say("up", f"{entry.program.name} ended with code {code}; it starts again in {pause} s")
        entry.restart_at = now + pause
        return True


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Signals the process and everything it started."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def relay(name: str, process: subprocess.Popen[bytes], show: Callable[[str, str], None]) -> None:
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            show(name, line.decode(errors="replace").rstrip())


def say(name: str, text: str) -> None:
    try:
        sys.stdout.write(f"{name:8} | {text}\n")
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        return  # nobody reads any more
