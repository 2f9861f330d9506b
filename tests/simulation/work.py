"""What workers would do: the tasks that the services start are taken here instead of the broker, and done when told."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

from celery.app.task import Task

# The simulation delivers by itself; nobody looks at screens, nobody asks the world outside.
SERVED = ("routing.", "sla.")
MOST_IN_A_ROW = 500


@dataclass
class Work:
    """Tasks that wait, in their order. `is_clock_down` leaves those of the queue "clock" to themselves."""

    waiting: deque[tuple[Any, tuple[Any, ...], dict[str, Any]]] = field(default_factory=deque)
    later: list[tuple[float, Any, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    is_clock_down: bool = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        def take(task: Any, args: Any = None, kwargs: Any = None, countdown: float | None = None, **_: Any) -> None:
            if not task.name.startswith(SERVED):
                return
            call = (task, tuple(args or ()), dict(kwargs or {}))
            if countdown:
                self.later.append((countdown, *call))
            else:
                self.waiting.append(call)

        with patch.object(Task, "apply_async", take):
            yield

    def do(self) -> None:
        """Until nothing waits, as an idle worker does within milliseconds."""
        for _ in range(MOST_IN_A_ROW):
            if not self.waiting:
                return
            task, args, kwargs = self.waiting.popleft()
            self.done[task.name] += 1
            task.run(*args, **kwargs)
        raise AssertionError(f"the workers never come to rest: {self.done.most_common(3)}")

    def sooner(self, seconds: float) -> list[tuple[float, Any]]:
        """Hand over what was to be done after a countdown, as (seconds, what to call)."""
        found = [(max(wait, seconds), partial(task.run, *args, **kwargs)) for wait, task, args, kwargs in self.later]
        self.later.clear()
        return found
