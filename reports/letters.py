"""A report as a mail: headline figures, the table, charts as inline pictures, and the link to the page."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from channels_in.email.compose.letter import LOOP_HEADER
from channels_in.email.tokens import loop_mark
from core.text import clean_line
from reports.base import Result
from reports.models import SavedReport
from reports.pictures import png
from reports.runner import Run
from reports.wording import shown

PICTURES = 3


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
    context = {"saved": saved, "run": run, "period": period, "result": run.result, "link": link, "charts": charts}
    mail.set_content(_plain(run.result, saved.name, link), cte="quoted-printable")
    mail.add_alternative(render_to_string("reports/mail.html", context), subtype="html", cte="quoted-printable")
    html = mail.get_payload()[1]  # type: ignore[index]  # the alternative that was just added
    for cid, chart in charts:
        html.add_related(png(chart), "image", "png", cid=f"<{cid}>", filename=f"{chart.key}.png")  # type: ignore[union-attr]  # a message part
    return mail


def _plain(result: Result, name: str, link: str) -> str:
    lines = [f"{tile.column.label}: {shown(tile.value, tile.column.kind)}" for tile in result.tiles]
    return "\n".join([name, "", *(lines or ["Nothing happened in this period."]), "", link, ""])
