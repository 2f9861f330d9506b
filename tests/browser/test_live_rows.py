"""The browser's own rules for list rows, without a desk: whatever arrives in whatever order, the list is right."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

DESK = "http://desk.test"
START = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = """<!doctype html><title>Rows</title><body data-me="7">
<div class="list-scroll"><ul id="tickets" data-query="view=x" style="min-height:9em" {view}></ul></div>
<button id="pill-new" hidden></button><p id="list-empty">Nothing</p>
<script type="module" src="/static/app/live/rows.js"></script>
<script type="module">
  import {{ applyRow, flush }} from "/static/app/live/rows.js";
  Object.assign(window, {{ applyRow, flush }});
</script>"""

Change = dict[str, Any]


def open_list(page: Page, view: str) -> None:
    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(DESK).partition("?")[0]
        if path.startswith("/static/"):
            route.fulfill(path=settings.BASE_DIR / path.lstrip("/"), content_type="text/javascript")
        elif path == "/live/belonging/":
            ids = route.request.url.partition("ids=")[2].replace("%2C", ",").split(",")
            route.fulfill(json={"tickets": [int(ticket) for ticket in ids if int(ticket) % 2]})
        else:
            route.fulfill(body=PAGE.format(view=view), content_type="text/html")

    page.route(f"{DESK}/**", answer)
    page.goto(DESK)
    page.wait_for_function("Boolean(window.flush)")


def change_of(ticket: int, seq: int, at: int, **facets: Any) -> Change:
    """A frame as live/frames.py makes it, with a row of the same shape."""
    facets = {"status": "open", "snoozed": False, "assignee": None, "team": None, "tags": [], **facets}
    recent = (START + timedelta(seconds=at)).isoformat()
    due = (START + timedelta(seconds=-at)).isoformat()
    row = (
        f'<li class="row" id="t{ticket}" data-ticket="{ticket}" data-number="{ticket}" data-seq="{seq}"'
        f' data-status="{facets["status"]}" data-recent="{recent}" data-due="{due}">'
        f'<a class="row-link" href="#">{ticket} at {seq}</a></li>'
    )
    return {"ticket": ticket, "number": ticket, "seq": seq, "facets": facets, "row": row}


def history(dice: random.Random) -> list[Change]:
    """What happens to a few tickets, in order."""
    seqs: dict[int, int] = {}
    told = []
    for at in range(150):
        ticket = dice.randint(1, 15)
        seqs[ticket] = seqs.get(ticket, 0) + 1
        if dice.random() < 0.05:
            told.append({"ticket": ticket, "seq": seqs[ticket], "gone": True})
            continue
        status = dice.choice(["open", "open", "pending", "resolved"])
        told.append(change_of(ticket, seqs[ticket], at, status=status, snoozed=dice.random() < 0.1))
    return told


def garbled(dice: random.Random, told: list[Change]) -> list[Change]:
    """Ten in a hundred are lost, as many doubled, some come late; at the end everyone is asked for once more."""
    arriving: list[tuple[float, Change]] = []
    for place, change in enumerate(told):
        if dice.random() < 0.1:
            continue
        copies = 2 if dice.random() < 0.1 else 1
        arriving += [(place + (dice.uniform(0, 30) if dice.random() < 0.05 else 0), change)] * copies
    newest = {change["ticket"]: change for change in told}
    return [change for _, change in sorted(arriving, key=lambda item: item[0])] + list(newest.values())


def expected(told: list[Change], sort: str) -> list[str]:
    newest = {change["ticket"]: change for change in told}
    shown = [
        change
        for change in newest.values()
        if not change.get("gone") and change["facets"]["status"] != "resolved" and not change["facets"]["snoozed"]
    ]
    last = {change["ticket"]: place for place, change in enumerate(told)}
    ordered = sorted(shown, key=lambda change: last[change["ticket"]], reverse=True)
    assert sort in ("recent", "due")
    return [f"{change['ticket']} at {change['seq']}" for change in ordered]


def shown(page: Page) -> list[str]:
    texts = page.eval_on_selector_all("#tickets > .row", "rows => rows.map((row) => row.textContent)")
    return [str(text) for text in texts]


@pytest.mark.parametrize("sort", ["recent", "due"])
@pytest.mark.parametrize("is_in_hand", [False, True])
def test_list_is_right_after_lost_doubled_and_shuffled_frames(page: Page, sort: str, is_in_hand: bool) -> None:
    open_list(page, f'data-sort="{sort}" data-view-state="awake"')
    for seed in range(5):
        dice = random.Random(seed)
        told = history(dice)
        page.evaluate("document.querySelector('#tickets').replaceWith(document.querySelector('#tickets').cloneNode())")
        if is_in_hand:
            page.hover("#tickets")
        page.evaluate("changes => changes.forEach((change) => window.applyRow(change))", garbled(dice, told))
        page.evaluate("window.flush()")
        assert shown(page) == expected(told, sort), seed


def test_row_that_only_the_server_can_place_is_asked_for(page: Page) -> None:
    open_list(page, 'data-sort="recent" data-view-state="awake" data-view-unknown="1"')
    page.evaluate(
        "changes => changes.forEach((change) => window.applyRow(change))",
        [change_of(number, 1, number) for number in range(1, 6)],
    )
    page.wait_for_function("document.querySelectorAll('#tickets > .row').length === 3")
    assert shown(page) == ["5 at 1", "3 at 1", "1 at 1"]


# A filter of a view, the facets of a ticket, whether it belongs there.
VIEWS: list[tuple[str, str, dict[str, Any], bool]] = [
    ("assignee", "7", {"assignee": 7}, True),
    ("assignee", "7", {"assignee": 8}, False),
    ("assignee", "none", {"assignee": None}, True),
    ("assignee", "none", {"assignee": 7}, False),
    ("team", "3", {"team": 3}, True),
    ("team", "3", {"team": None}, False),
    ("status", "pending,on_hold", {"status": "on_hold"}, True),
    ("status", "pending,on_hold", {"status": "open"}, False),
    ("state", "snoozed", {"snoozed": True}, True),
    ("state", "done", {"status": "closed"}, True),
    ("state", "spam", {"status": "open"}, False),
    ("tag", "vip", {"tags": ["vip", "x"]}, True),
    ("tag", "vip", {"tags": []}, False),
]


def test_view_decides_by_the_facets(page: Page) -> None:
    open_list(page, 'data-sort="recent"')
    for number, (name, value, facets, belongs) in enumerate(VIEWS, start=1):
        page.evaluate(
            "([name, value]) => { const fresh = document.querySelector('#tickets').cloneNode();"
            "for (const key of Object.keys(fresh.dataset)) if (key.startsWith('view')) delete fresh.dataset[key];"
            "fresh.setAttribute(`data-view-${name}`, value); document.querySelector('#tickets').replaceWith(fresh); }",
            [name, value],
        )
        page.evaluate("change => window.applyRow(change)", change_of(number, 1, 1, **facets))
        assert shown(page) == ([f"{number} at 1"] if belongs else []), (name, value, facets)


def test_focus_and_ticks_stay_when_a_row_changes_under_them(page: Page) -> None:
    open_list(page, 'data-sort="recent" data-view-state="awake"')
    page.evaluate("change => window.applyRow(change)", change_of(1, 1, 1))
    page.focus("#t1 .row-link")
    page.evaluate("change => window.applyRow(change)", change_of(1, 2, 2))
    assert shown(page) == ["1 at 2"]
    assert page.evaluate("document.activeElement.closest('.row').id") == "t1"
