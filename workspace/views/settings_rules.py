"""Settings of the desk: rules and shared macros."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import Invalid, NotFound
from people.policy import require
from routing.models import Macro, Rule
from routing.selectors.rules import rules, shared_macros
from routing.services.action_lists import described
from routing.services.macros import MacroDraft, save_macro
from routing.services.rules import RuleDraft, save_rule
from routing.triggers import TRIGGERS
from workspace.forms_rules import (
    ActionRow,
    ConditionForm,
    MacroForm,
    RuleForm,
    action_rows,
    condition_rows,
    group_of,
)
from workspace.guard import AgentRequest, agent_page


@require_safe
@agent_page
def rules_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    rows = [{"rule": rule, "when": TRIGGERS.get(rule.event), "does": described(rule.actions)} for rule in rules()]
    return render(request, "workspace/settings/rules.html", {"rows": rows, "here": "rules"})


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def rule_page(request: AgentRequest, rule_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    rule: Rule | None = rules().filter(pk=rule_id).first() if rule_id else None
    if rule_id and rule is None:
        raise NotFound("This rule is gone.")
    data = request.POST if request.method == "POST" else None
    form = RuleForm(data, initial=RuleForm.values_of(rule))
    conditions = condition_rows(rule.conditions if rule else {}, data)
    actions = action_rows(rule.actions if rule else [], data)
    # Conditions that rows cannot show were written elsewhere and stay as they are.
    is_nested = rule is not None and group_of(rule.conditions) is None
    if data is not None and _all_valid(form, conditions, actions):
        kept = rule.conditions if rule and is_nested else _conditions(form, conditions)
        values = {name: value for name, value in form.cleaned_data.items() if name != "group"}
        draft = RuleDraft(**values, conditions=kept, actions=_items(actions))
        try:
            save_rule(draft, rule=rule, by=request.user)
        except (Invalid, IntegrityError) as problem:
            form.add_error(None, _sentence(problem, "rule"))
        else:
            return _saved(request, "workspace:settings-rules")
    context = {
        "form": form, "conditions": conditions, "actions": actions, "row": rule, "is_nested": is_nested, "here": "rules"
    }  # fmt: skip
    status = 422 if data is not None else 200
    return render(request, "workspace/settings/rule.html", context, status=status)


@require_safe
@agent_page
def condition_page(request: AgentRequest, index: int) -> HttpResponse:
    """A condition's row drawn again for the fact that was chosen."""
    require(request.user, "manage_desk")
    picked = {name: request.GET.get(f"c{index}-{name}", "") for name in ("fact", "op")}
    row = ConditionForm(index, initial=picked)
    return render(request, "workspace/settings/_condition.html", {"row": row})


@require_safe
@agent_page
def action_page(request: AgentRequest, index: int) -> HttpResponse:
    """An action's row drawn again for the action that was chosen."""
    require(request.user, "manage_desk")
    row = ActionRow(index, request.GET.get(f"a{index}-action", ""))
    return render(request, "workspace/settings/_action.html", {"row": row})


@require_safe
@agent_page
def macros_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    rows = [{"macro": macro, "does": described(macro.actions)} for macro in shared_macros()]
    return render(request, "workspace/settings/macros.html", {"rows": rows, "here": "macros"})


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def macro_page(request: AgentRequest, macro_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    macro: Macro | None = shared_macros().filter(pk=macro_id).first() if macro_id else None
    if macro_id and macro is None:
        raise NotFound("This macro is gone.")
    data = request.POST if request.method == "POST" else None
    names = ("name", "description", "position", "is_active")
    initial = {name: getattr(macro, name) for name in names} if macro else {"position": 100, "is_active": True}
    form = MacroForm(data, initial=initial)
    actions = action_rows(macro.actions if macro else [], data)
    if data is not None and _all_valid(form, [], actions):
        draft = MacroDraft(**form.cleaned_data, actions=_items(actions), team=macro.team if macro else None)
        try:
            save_macro(draft, macro=macro, by=request.user)
        except Invalid as problem:
            form.add_error(None, problem.message)
        else:
            return _saved(request, "workspace:settings-macros")
    context = {"form": form, "actions": actions, "row": macro, "here": "macros"}
    return render(request, "workspace/settings/macro.html", context, status=422 if data is not None else 200)


def _all_valid(form: RuleForm | MacroForm, conditions: list[ConditionForm], actions: list[ActionRow]) -> bool:
    """Every part is asked, so that all its errors are shown at once."""
    parts = [form.is_valid(), *(row.is_valid() for row in conditions), *(row.is_valid() for row in actions)]
    return all(parts)


def _conditions(form: RuleForm, rows: list[ConditionForm]) -> dict[str, Any]:
    tests = [test for test in (row.test() for row in rows) if test]
    return {form.cleaned_data["group"]: tests} if tests else {}


def _items(rows: list[ActionRow]) -> list[dict[str, Any]]:
    return [item for item in (row.item() for row in rows) if item]


def _sentence(problem: Invalid | IntegrityError, noun: str) -> str:
    return problem.message if isinstance(problem, Invalid) else f"Another {noun} has this name."


def _saved(request: AgentRequest, where: str) -> HttpResponse:
    messages.success(request, "Saved.")
    return HttpResponseRedirect(reverse(where))
