"""Settings of the desk: custom fields of tickets."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import Conflict, Invalid, NotFound
from people.policy import require
from tickets.selectors.custom_fields import custom_fields
from tickets.services.custom_fields import FieldDraft, save_field
from workspace.forms_fields import CustomFieldForm
from workspace.guard import AgentRequest, agent_page


@require_safe
@agent_page
def fields_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    return render(request, "workspace/settings/fields.html", {"rows": custom_fields(), "here": "fields"})


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def field_page(request: AgentRequest, field_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    custom = custom_fields().filter(pk=field_id).first() if field_id else None
    if field_id and custom is None:
        raise NotFound("This field is gone.")
    data = request.POST if request.method == "POST" else None
    form = CustomFieldForm(data, custom=custom, initial=CustomFieldForm.values_of(custom))
    if data is not None and form.is_valid():
        try:
            save_field(FieldDraft(**form.cleaned_data), custom=custom, by=request.user)
        except Conflict as problem:
            form.add_error("label", problem.message)
        except Invalid as problem:
            name, text = next(iter(problem.fields.items()))
            form.add_error(name if name in form.fields else None, text)
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(reverse("workspace:settings-fields"))
    context = {"form": form, "row": custom, "here": "fields"}
    return render(request, "workspace/settings/field.html", context, status=422 if data is not None else 200)
