"""Settings of the desk: its brands, and which inboxes are theirs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict, Invalid, NotFound
from people.policy import require
from tickets.models import Brand
from tickets.selectors.brands import all_brands
from tickets.services.brands import remove_brand, save_brand
from workspace.forms_brands import BrandForm
from workspace.guard import AgentRequest, agent_page


@require_safe
@agent_page
def brands_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    return render(request, "workspace/settings/brands.html", {"rows": all_brands(), "here": "brands"})


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def brand_page(request: AgentRequest, brand_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    brand = _brand(brand_id) if brand_id else None
    form = BrandForm(request.POST or None, initial=BrandForm.values_of(brand))
    if request.method == "POST" and form.is_valid():
        try:
            save_brand(brand, **form.draft(), by=request.user)
        except (Conflict, Invalid) as problem:
            form.add_error("name", problem.message)
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(reverse("workspace:settings-brands"))
    context = {"form": form, "row": brand, "here": "brands"}
    return render(request, "workspace/settings/brand.html", context, status=422 if form.errors else 200)


@require_POST
@agent_page
def brand_remove_action(request: AgentRequest, brand_id: int) -> HttpResponse:
    require(request.user, "manage_desk")
    remove_brand(_brand(brand_id), by=request.user)
    messages.success(request, "Removed. Its inboxes stay as they are.")
    return HttpResponseRedirect(reverse("workspace:settings-brands"))


def _brand(brand_id: int) -> Brand:
    found = all_brands().filter(pk=brand_id).first()
    if found is None:
        raise NotFound("This brand is gone.")
    return found
