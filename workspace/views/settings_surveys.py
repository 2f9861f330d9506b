"""Settings of the desk: surveys, looked at as customers see them, and tried by mail to oneself."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Invalid, NotFound
from csat.models import Survey
from csat.page import page_context, score_in
from csat.services.surveys import delete_survey, save_survey
from csat.services.trying import send_test
from csat.words import LANGUAGE_NAMES, spoken
from people.policy import require
from tickets.conditions import in_words
from workspace.condition_tree import Part, conditions_in, edited, is_valid, tree_from, tree_of
from workspace.forms_surveys import SurveyForm
from workspace.guard import AgentRequest, agent_page

# Customers who rated badly and of whom nobody has said yet what came of it.
_UNHAPPY = {"all": [{"fact": "recovery", "op": "in", "value": ["open", "overdue"]}]}


@require_safe
@agent_page
def surveys_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    rows = Survey.objects.prefetch_related("inboxes")
    context = {
        "surveys": [{"row": row, "only": in_words(row.conditions)} for row in rows],
        "unhappy": f"{reverse('workspace:tickets')}?{urlencode({'state': 'any', 'where': json.dumps(_UNHAPPY)})}",
        "here": "surveys",
    }
    return render(request, "workspace/settings/surveys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def survey_page(request: AgentRequest, survey_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    survey = _survey(survey_id) if survey_id else None
    form = SurveyForm(initial=SurveyForm.values_of(survey))
    tree = tree_of(survey.conditions if survey else {}, listing=True)
    status = 200
    if request.method == "POST":
        form, tree = SurveyForm(request.POST), tree_from(request.POST, listing=True)
        step = request.POST.get("do", "")
        if step:
            # One step of the conditions' editor without a script: the page is drawn again, nothing is saved.
            form, tree = SurveyForm(initial=_typed(request)), edited(tree, step)
        elif saved := _saved(form, tree, survey, request):
            messages.success(request, "Saved.")
            return HttpResponseRedirect(reverse("workspace:settings-survey", args=[saved.pk]))
        else:
            status = 422
    context: dict[str, Any] = {"form": form, "row": survey, "root": tree, "here": "surveys"}
    context["languages"] = list(LANGUAGE_NAMES.items())
    return render(request, "workspace/settings/survey.html", context, status=status)


@require_safe
@agent_page
def preview_page(request: AgentRequest, survey_id: int, language: str) -> HttpResponse:
    """The customer's page as it will be; nothing can be sent from it."""
    require(request.user, "manage_desk")
    survey = _survey(survey_id)
    inbox = survey.inboxes.first()
    context = page_context(
        survey,
        language=language,
        desk=inbox.name if inbox else "Helpdesk",
        chosen=score_in(request.GET.get("score", "")),
    )
    return render(request, "csat/page.html", {**context, "is_preview": True})


@require_POST
@agent_page
def survey_test_action(request: AgentRequest, survey_id: int) -> HttpResponse:
    survey = _survey(survey_id)
    send_test(survey, language=spoken(request.POST.get("language", "")), to=request.user)
    messages.success(request, f"A test is on its way to {request.user.email}.")
    return HttpResponseRedirect(reverse("workspace:settings-survey", args=[survey.pk]))


@require_POST
@agent_page
def survey_delete_action(request: AgentRequest, survey_id: int) -> HttpResponse:
    survey = _survey(survey_id)
    delete_survey(survey, by=request.user)
    messages.success(request, f"{survey.name} is gone; what customers said stays.")
    return HttpResponseRedirect(reverse("workspace:settings-surveys"))


def _survey(survey_id: int) -> Survey:
    found = Survey.objects.filter(pk=survey_id).first()
    if found is None:
        raise NotFound("This survey is gone.")
    return found


def _typed(request: AgentRequest) -> dict[str, Any]:
    return {**request.POST.dict(), "inboxes": request.POST.getlist("inboxes")}


def _saved(form: SurveyForm, tree: Part, survey: Survey | None, request: AgentRequest) -> Survey | None:
    """What was saved; None when something is wrong, which is told at its field."""
    are_valid = [form.is_valid(), is_valid(tree)]
    if not all(are_valid):
        return None
    try:
        return save_survey(form.draft(conditions_in(tree)), survey=survey, by=request.user)
    except Invalid as problem:
        for name, sentence in problem.fields.items():
            form.add_error(name if name in form.fields else None, sentence)
        return None
