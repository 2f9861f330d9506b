"""Settings of the desk: the list of rules, and the editor of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Invalid, NotFound
from people.policy import require
from routing.models import Rule
from routing.selectors.dry_run import dry_run, explain
from routing.selectors.rules import occasion_in_words, rules
from routing.selectors.schedules import schedule_in_words
from routing.services import rules as service
from routing.services.action_lists import described
from routing.services.rules import RuleDraft, save_rule
from tickets.conditions import in_words
from tickets.selectors.access import ticket_for
from workspace.condition_tree import Part, conditions_in, edited, is_valid, shown_to, tree_from, tree_of
from workspace.forms_rules import ActionRow, RuleForm, edited_rows, rows_from, rows_of
from workspace.guard import AgentRequest, agent_page
from workspace.requests import whole


@require_safe
@agent_page
def rules_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    context = {
        "rows": [_told(rule) for rule in rules()],
        "archived": [_told(rule) for rule in rules(archived=True)],
        "here": "rules",
    }
    return render(request, "workspace/settings/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def rule_page(request: AgentRequest, rule_id: int | None = None) -> HttpResponse:
    """The editor. A post with a step ("do") only redraws it: so it works without scripts, too."""
    require(request.user, "manage_desk")
    rule = rule_named(rule_id) if rule_id else None
    if request.method != "POST":
        form = RuleForm(initial=RuleForm.values_of(rule))
        return _editor(
            request, rule, form, tree_of(rule.conditions if rule else {}), rows_of(rule.actions if rule else [])
        )
    step = request.POST.get("do", "")
    if step:
        form = RuleForm(initial=request.POST.dict())
        rows = edited_rows(rows_from(request.POST, is_checked=False), step if step.startswith("action:") else "")
        return _editor(request, rule, form, edited(tree_from(request.POST), step), rows)
    form, tree, rows = RuleForm(request.POST), tree_from(request.POST), rows_from(request.POST)
    if _all_valid(form, tree, rows):
        try:
            saved = save_rule(_draft(form, tree, rows), rule=rule, by=request.user)
        except Invalid as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, f"Saved as version {saved.version}.")
            return HttpResponseRedirect(reverse("workspace:settings-rule", args=[saved.pk]))
    return _editor(request, rule, form, tree, rows, status=422)


@require_POST
@agent_page
def parts_page(request: AgentRequest, part: str) -> HttpResponse:
    """The conditions or the actions of an editor, drawn again after one step."""
    step = request.POST.get("do", "")
    if part == "conditions":
        is_list = "listing" in request.POST
        if not is_list:
            require(request.user, "manage_desk")
        root = shown_to(edited(tree_from(request.POST, listing=is_list), step), request.user)
        return render(request, "workspace/settings/_conditions.html", {"root": root})
    if part == "actions":
        require(request.user, "reply")
        sends = request.POST.get("sends", "1") == "1"
        rows = edited_rows(rows_from(request.POST, sends=sends, is_checked=False), step, sends=sends)
        return render(request, "workspace/settings/_actions.html", {"actions": rows, "sends": sends})
    raise NotFound("There is no such part.")


@require_POST
@agent_page
def try_page(request: AgentRequest) -> HttpResponse:
    """What the rule in the editor would have touched, without saving or doing anything."""
    require(request.user, "manage_desk")
    form, tree = RuleForm(request.POST), tree_from(request.POST)
    form.fields["name"].required = False
    if not _all_valid(form, tree, []):
        return render(request, "workspace/settings/_dry_run.html", {"is_broken": True})
    values = {name: value for name, value in form.draft_values().items() if name != "is_active"}
    rule = Rule(**values, conditions=conditions_in(tree))
    number = request.POST.get("ticket", "").strip().lstrip("#")
    context: dict[str, Any] = {"occasion": occasion_in_words(rule)}
    try:
        context["one"] = explain(rule, ticket_for(request.user, whole(number, "ticket"))) if number else None
    except (Invalid, NotFound) as problem:
        context["refused"] = problem.message
    if not number:
        context["found"] = dry_run(rule, request.user)
    return render(request, "workspace/settings/_dry_run.html", context)


@require_POST
@agent_page
def rule_action(request: AgentRequest, rule_id: int, verb: str) -> HttpResponse:
    """Switch, move, archive, restore or delete a rule."""
    rule, agent = rule_named(rule_id), request.user
    if verb in ("on", "off"):
        service.switch(rule, on=verb == "on", by=agent)
    elif verb in ("up", "down"):
        service.move(rule, up=verb == "up", by=agent)
    elif verb in _VERBS:
        _VERBS[verb](rule, by=agent)
        messages.success(request, f"{rule.name}: {verb}d.")
    else:
        raise NotFound("There is no such action.")
    return HttpResponseRedirect(reverse("workspace:settings-rules"))


_VERBS = {"archive": service.archive, "restore": service.restore, "delete": service.delete}


def rule_named(rule_id: int) -> Rule:
    found = Rule.objects.select_related("hours").filter(pk=rule_id).first()
    if found is None:
        raise NotFound("This rule is gone.")
    return found


def _told(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule,
        "when": occasion_in_words(rule),
        "schedule": schedule_in_words(rule),
        "conditions": in_words(rule.conditions),
        "does": described(rule.actions),
    }


def _draft(form: RuleForm, tree: Part, rows: list[ActionRow]) -> RuleDraft:
    items = [item for item in (row.item() for row in rows) if item]
    return RuleDraft(**form.draft_values(), conditions=conditions_in(tree), actions=items)


def _editor(
    request: AgentRequest, rule: Rule | None, form: RuleForm, tree: Part, rows: list[ActionRow], *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "root": tree, "actions": rows, "row": rule, "sends": True, "here": "rules"}
    return render(request, "workspace/settings/rule.html", context, status=status)


def _all_valid(form: RuleForm, tree: Part, rows: list[ActionRow]) -> bool:
    """Every part is asked, so that all its errors are shown at once."""
    return all([form.is_valid(), is_valid(tree), *(row.is_valid() for row in rows)])
