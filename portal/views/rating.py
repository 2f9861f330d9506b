"""The page behind a survey's link: opening it rates nothing, since programs open links too; the button does."""

from __future__ import annotations

from typing import Any

from csp.constants import HEADER
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.clock import now
from core.errors import Conflict, HelpdeskError
from core.limits import Limit, require
from csat.models import Rating, SurveyRequest
from csat.page import page_context, score_in
from csat.selectors.asked import rating_of, request_for
from csat.services.rating import is_open, rate
from portal.limits import address_of

PAGES = Limit(name="rate-page", times=120, seconds=60)
ANSWERS = Limit(name="rate-answer", times=30, seconds=600)
_MOST_BODY = 32 * 1024
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@csrf_exempt  # no cookie plays a part: who holds the link may answer, and the desk shows it to nobody else
@require_http_methods(["GET", "HEAD", "POST"])
def rating_page(request: HttpRequest, token: str) -> HttpResponse:
    try:
        require(PAGES, address_of(request))
        asked = request_for(token)
        if asked is None:
            return _page(request, _closed(request, "unknown"), status=404)
        if request.method == "POST":
            return _answer(request, asked, token)
        return _page(request, _context(request, asked, rating_of(asked)))
    except HelpdeskError as refused:
        return _page(request, {**_closed(request, "refused"), "refusal": refused.message}, status=refused.status)


def _answer(request: HttpRequest, asked: SurveyRequest, token: str) -> HttpResponse:
    require(ANSWERS, token)
    if _is_too_long(request.META.get("CONTENT_LENGTH") or "0"):
        return _page(request, {**_context(request, asked, rating_of(asked)), "problem": True}, status=413)
    score = score_in(request.POST.get("score", ""))
    comment = str(request.POST.get("comment", ""))
    if not score:
        context = _context(request, asked, rating_of(asked))
        return _page(request, {**context, "state": "ask", "problem": True, "comment": comment}, status=422)
    try:
        rate(asked, score=score, comment=comment)
    except Conflict:
        return _page(request, {**_context(request, asked, rating_of(asked))}, status=409)
    return HttpResponseRedirect(request.path)


def _is_too_long(announced: str) -> bool:
    return not announced.isdecimal() or len(announced) > 9 or int(announced) > _MOST_BODY


def _context(request: HttpRequest, asked: SurveyRequest, rating: Rating | None) -> dict[str, Any]:
    inbox = asked.ticket.inbox
    desk = str(inbox.config.get("from_name") or inbox.config.get("title") or inbox.name)
    chosen = score_in(request.GET.get("score", "")) or (rating.score if rating else 0)
    context = page_context(asked.survey, language=asked.language, desk=desk, chosen=chosen)
    may_answer = is_open(asked, rating, now())
    wants_change = "change" in request.GET or "score" in request.GET
    if rating is None:
        state = "ask" if may_answer else "expired"
    else:
        state = "ask" if may_answer and wants_change else "thanks"
    limit = asked.survey.recovery_score if asked.survey else 0
    return {
        **context,
        "state": state,
        "rating": rating,
        "rated": next((choice for choice in context["choices"] if rating and choice.score == rating.score), None),
        "comment": rating.comment if rating else "",
        "may_change": rating is not None and may_answer,
        "is_low": rating is not None and rating.score <= limit,
    }


def _closed(request: HttpRequest, state: str) -> dict[str, Any]:
    language = request.headers.get("Accept-Language", "")[:2]
    return {**page_context(None, language=language, desk=""), "state": state}


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, "csat/page.html", context, status=status)
    response[HEADER] = _POLICY
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
