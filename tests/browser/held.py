"""Answers of the desk that are held back until the story goes on: races become stories with one end."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import APIResponse, Page, Request, Route

from tests.waiting import poll_until


class HeldAnswers:
    """Requests to `pattern` reach the desk at once; their answers wait for `release`."""

    def __init__(self, page: Page, pattern: str, which: Callable[[Request], bool] = lambda request: True) -> None:
        self._page, self._which = page, which
        self._held: list[tuple[Route, APIResponse]] = []
        page.route(pattern, self._hold)

    def _hold(self, route: Route) -> None:
        if self._which(route.request):
            self._held.append((route, route.fetch()))
        else:
            route.continue_()

    def wait(self) -> None:
        """Until one is held."""
        poll_until(self._look)

    def release(self) -> None:
        route, answer = self._held.pop()
        route.fulfill(response=answer)

    def _look(self) -> bool:
        self._page.wait_for_timeout(10)  # lets the browser's own events in
        return bool(self._held)
