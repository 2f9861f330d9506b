"""A report as a mail: headline figures, the table, charts as inline pictures, and the link to the page."""

from __future__ import annotations

import functools
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from channels_in.email.compose.letter import LOOP_HEADER
from channels_in.email.tokens import loop_mark
from core.text import clean_line
from reports.base import Result
from reports.counted import words_of
from reports.fact_filters import FactFilters
from reports.models import SavedReport
from reports.pictures import png
from reports.runner import Run
from reports.wording import shown

PICTURES = 3
MOST_ROWS = 40


def letter(saved: SavedReport, run: Run, *, sender: str, query: str) -> EmailMessage:
    """The receivers are those of the envelope alone: nobody learns who else gets it."""
    period, host = run.filters.period, sender.rpartition("@")[2] or "localhost"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = "Report receivers:;"
    mail["Subject"] = clean_line(f"{saved.name}: {period.first} to {period.last}", 200)
    mail["Date"] = formatdate()
    # The same mail sent twice carries the same id, so that most programs show it once.
    mail["Message-ID"] = f"<report-{saved.pk}-{period.last:%Y%m%d}@{host}>"
    mail[LOOP_HEADER] = loop_mark()
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    link = f"{settings.SITE_URL}{reverse('reports:report', args=[saved.slug])}?{query}"
    charts = [(f"chart{number}@{host}", chart) for number, chart in enumerate(run.result.charts[:PICTURES])]
    context = {"saved": saved, "run": run, "period": period, "link": link, "charts": charts, **_table(run)}
    mail.set_content(_plain(run.result, saved.name, link), cte="quoted-printable")
    dressed = _inliner().inline(render_to_string("reports/mail.html", context))
    mail.add_alternative(dressed, subtype="html", cte="quoted-printable")
    html = mail.get_payload()[1]  # type: ignore[index]  # the alternative that was just added
    for cid, chart in charts:
        html.add_related(png(chart), "image", "png", cid=f"<{cid}>", filename=f"{chart.key}.png")  # type: ignore[union-attr]  # a message part
    return mail


def _table(run: Run) -> dict[str, object]:
    """The figures, and the rows up to a length that a mail can have."""
    result = run.result
    return {
        "result": result,
        "words": words_of(run.filters) if isinstance(run.filters, FactFilters) else [],
        "rows": result.rows[:MOST_ROWS],
        "more": max(len(result.rows) - MOST_ROWS, 0),
    }


@functools.cache
def _inliner() -> css_inline.CSSInliner:
    """Mail programs drop style sheets: the rules are put at each element."""
    rules = (Path(__file__).parent / "letter.css").read_text(encoding="utf-8")
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False, extra_css=rules)


def _plain(result: Result, name: str, link: str) -> str:
    lines = [f"{tile.column.label}: {shown(tile.value, tile.column.kind)}" for tile in result.tiles]
    return "\n".join([name, "", *(lines or ["Nothing happened in this period."]), "", link, ""])
