"""The conditions of a report, put together in the editor that rules and promises have; the URL holds them."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.errors import Invalid
from people.policy import require
from reports.runner import report_for
from tickets.conditions import checked
from workspace.condition_tree import Part, conditions_in, edited, is_valid, tree_from, tree_of
from workspace.guard import AgentRequest, agent_page


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def report_conditions_page(request: AgentRequest, slug: str) -> HttpResponse:
    """The rest of the report's URL is carried along."""
    report = report_for(request.user, slug)
    # Its menus name every inbox and organization.
    require(request.user, "manage_desk")
    query = {name: value for name, value in request.GET.dict().items() if name not in ("where", "cursor")}
    status = 200
    if request.method == "POST":
        tree = tree_from(request.POST, listing=True)
        if step := request.POST.get("do", ""):
            tree = edited(tree, step)
        elif is_valid(tree):
            return HttpResponseRedirect(_report(slug, query, conditions_in(tree)))
        else:
            status = 422
    else:
        tree = _given(request.GET.get("where", ""))
    context = {"report": report, "root": tree, "back": _report(slug, query, _stored(request.GET.get("where", "")))}
    return render(request, "workspace/report_conditions.html", context, status=status)


def _report(slug: str, query: dict[str, str], conditions: dict[str, object]) -> str:
    where = {"where": json.dumps(conditions)} if conditions else {}
    return f"{reverse('reports:report', args=[slug])}?{urlencode({**query, **where})}"


def _given(text: str) -> Part:
    return tree_of(_stored(text), listing=True)


def _stored(text: str) -> dict[str, object]:
    """What is no condition is none."""
    try:
        found = json.loads(text)
        checked(found, listing=True)
    except (ValueError, RecursionError, Invalid):
        return {}
    return found if isinstance(found, dict) else {}
