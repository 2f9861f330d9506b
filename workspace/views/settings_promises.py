"""Settings of the desk: SLA policies, tried out before they count, and kept in all their versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict, Invalid, NotFound
from people.policy import require
from sla.models import Policy
from sla.selectors.promises import business_hours, policies
from sla.services.policies import archive_policy, delete_policy, restore_policy, save_policy
from tickets.conditions import in_words
from workspace.condition_tree import Part, conditions_in, edited, is_valid, tree_from, tree_of
from workspace.forms_promises import PolicyForm
from workspace.guard import AgentRequest, agent_page
from workspace.promise_pages import previewed, versions_of

_PUT_AWAY = {"archive": archive_policy, "restore": restore_policy, "delete": delete_policy}


@require_safe
@agent_page
def promises_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    found = [{"policy": policy, "only": in_words(policy.conditions)} for policy in policies()]
    context = {
        "policies": [row for row in found if row["policy"].archived_at is None],  # type: ignore[attr-defined]  # a policy
        "archived": [row for row in found if row["policy"].archived_at is not None],  # type: ignore[attr-defined]  # a policy
        "hours": business_hours(),
        "here": "promises",
    }
    return render(request, "workspace/settings/promises.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def policy_page(request: AgentRequest, policy_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    policy = _policy(policy_id) if policy_id else None
    form = PolicyForm(initial=PolicyForm.values_of(policy))
    tree = tree_of(policy.conditions if policy else {}, listing=True)
    status = 200
    if request.method == "POST":
        form, tree = PolicyForm(request.POST), tree_from(request.POST, listing=True)
        step = request.POST.get("do", "")
        if step:
            # One step of the conditions' editor without a script: the page is drawn again, nothing is saved.
            form, tree = PolicyForm(initial=request.POST.dict()), edited(tree, step)
        elif _is_saved(form, tree, policy, request):
            messages.success(request, "Saved. Running clocks follow in a moment.")
            return HttpResponseRedirect(reverse("workspace:settings-promises"))
        else:
            status = 422
    context: dict[str, Any] = {"form": form, "row": policy, "root": tree, "here": "promises"}
    if policy is not None:
        context |= {"versions": versions_of(policy), "preview": previewed(policy, request.GET)}
    return render(request, "workspace/settings/policy.html", context, status=status)


@require_POST
@agent_page
def policy_put_away_action(request: AgentRequest, policy_id: int) -> HttpResponse:
    """Archive, restore or delete, as `what` says."""
    require(request.user, "manage_desk")
    what = _PUT_AWAY.get(request.POST.get("what", ""))
    if what is None:
        raise Invalid("Choose what to do.", fields={"what": f"One of: {', '.join(_PUT_AWAY)}."})
    policy = _policy(policy_id)
    try:
        what(policy)
    except Conflict as problem:
        messages.error(request, problem.message)
        return HttpResponseRedirect(reverse("workspace:settings-policy", args=[policy_id]))
    return HttpResponseRedirect(reverse("workspace:settings-promises"))


def _policy(policy_id: int) -> Policy:
    found = policies().filter(pk=policy_id).first()
    if found is None:
        raise NotFound("This policy is gone.")
    return found


def _is_saved(form: PolicyForm, tree: Part, policy: Policy | None, request: AgentRequest) -> bool:
    """Whether it could be; what is wrong is told at its field."""
    are_valid = [form.is_valid(), is_valid(tree)]
    if not all(are_valid):
        return False
    try:
        save_policy(form.draft(conditions_in(tree)), policy=policy, by=request.user)
    except Invalid as problem:
        form.add_error(None, " ".join([problem.message, *problem.fields.values()]))
        return False
    except IntegrityError:
        form.add_error("name", "Another policy has this name.")
        return False
    return True
