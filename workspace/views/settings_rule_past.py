"""What rules did and were: runs with their reasons, versions to go back to, files; and why a ticket is as it is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Invalid, NotFound
from people.policy import may, require
from routing.models import Rule, RuleRun, RuleVersion
from routing.selectors.rule_changes import changes_between
from routing.selectors.rules import occasion_in_words, rules, runs_of_rule, runs_on_ticket, versions_of
from routing.services.action_lists import described
from routing.services.rule_files import LARGEST_FILE, exported, imported
from routing.services.rules import revert
from tickets.conditions import in_words
from tickets.selectors.access import ticket_by_id, ticket_for, tickets_visible_to
from workspace.guard import AgentRequest, agent_page
from workspace.requests import whole
from workspace.views.settings_rules import rule_named


@require_safe
@agent_page
def runs_page(request: AgentRequest, rule_id: int) -> HttpResponse:
    """The newest runs on tickets that the manager may see."""
    require(request.user, "manage_desk")
    rule = rule_named(rule_id)
    runs = runs_of_rule(rule)
    seen = set(
        tickets_visible_to(request.user).filter(pk__in=[run.ticket_id for run in runs]).values_list("pk", flat=True)
    )
    context = {"row": rule, "runs": [run for run in runs if run.ticket_id in seen], "here": "rules"}
    return render(request, "workspace/settings/rule_runs.html", context)


@require_safe
@agent_page
def versions_page(request: AgentRequest, rule_id: int) -> HttpResponse:
    require(request.user, "manage_desk")
    rule = rule_named(rule_id)
    context = {"row": rule, "versions": _told_in_order(versions_of(rule)), "here": "rules"}
    return render(request, "workspace/settings/rule_versions.html", context)


@require_POST
@agent_page
def revert_action(request: AgentRequest, rule_id: int) -> HttpResponse:
    require(request.user, "manage_desk")
    version = whole(request.POST.get("version", ""), "version")
    saved = revert(rule_named(rule_id), version=version, by=request.user)
    messages.success(request, f"Version {version} is back, as version {saved.version}.")
    return HttpResponseRedirect(reverse("workspace:settings-rule", args=[rule_id]))


@require_safe
@agent_page
def export_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    response = HttpResponse(exported(rules()), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rules-{localdate().isoformat()}.yaml"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def import_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    problem: Invalid | None = None
    text = request.POST.get("text", "")
    if request.method == "POST":
        try:
            saved = imported(_file_of(request) or text, by=request.user)
        except Invalid as refusal:
            problem = refusal
        else:
            messages.success(request, f"{len(saved)} rule{'s' if len(saved) != 1 else ''} saved. New ones are off.")
            return HttpResponseRedirect(reverse("workspace:settings-rules"))
    context = {"problem": problem, "text": text, "here": "rules"}
    return render(request, "workspace/settings/rules_import.html", context, status=422 if problem else 200)


@require_safe
@agent_page
def why_page(request: AgentRequest, number: int) -> HttpResponse:
    """Why did this happen: every rule that ran on the ticket, with its reasons."""
    ticket = ticket_for(request.user, number)
    context = {
        "ticket": ticket,
        "runs": runs_on_ticket(ticket),
        "may_manage": may(request.user, "manage_desk"),
        "chosen": request.GET.get("run", ""),
    }
    return render(request, "workspace/why.html", context)


@require_safe
@agent_page
def run_why_page(request: AgentRequest, run_id: int) -> HttpResponse:
    """From a line of a timeline to the reasons of that run."""
    run = RuleRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound("This run is no longer known.")
    number = ticket_by_id(request.user, run.ticket_id).number
    return HttpResponseRedirect(f"{reverse('workspace:ticket-why', args=[number])}?run={run.pk}#run-{run.pk}")


def _file_of(request: AgentRequest) -> str:
    file = request.FILES.get("file")
    if file is None or not file.size:
        return ""
    if file.size > LARGEST_FILE:
        raise Invalid("This file is too large.", fields={"file": "At most a megabyte."})
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid("This is no text.", fields={"file": "Expected YAML in UTF-8."}) from error


def _told_in_order(versions: Sequence[RuleVersion]) -> list[dict[str, Any]]:
    """Each with what it changed of the one before it; the newest stands first."""
    return [
        {**_told(version), "changes": changes_between(before.content, version.content) if before else []}
        for version, before in zip_longest(versions, versions[1:])
    ]


def _told(version: RuleVersion) -> dict[str, Any]:
    content = {name: value for name, value in version.content.items() if name != "hours"}
    return {
        "version": version,
        "when": occasion_in_words(Rule(**content)),
        "conditions": in_words(content["conditions"]),
        "does": described(content["actions"]),
    }
