"""People who write to us: a list, and one of them with all their tickets."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_in.selectors.held import held_of_contact
from people.policy import may, require
from people.services.contacts import block, rename, set_tiers, unblock
from tickets.selectors.access import contact_for
from tickets.selectors.contacts import contact_page, find_contacts
from tickets.selectors.lists import tickets_of_contact
from tickets.selectors.rows import channel_of
from tickets.selectors.sides import identities_of
from workspace.forms import ContactForm
from workspace.guard import AgentRequest, agent_page
from workspace.side import related


@require_safe
@agent_page
def contacts_page(request: AgentRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    if query:
        context = {"query": query, "contacts": find_contacts(request.user, query, size=50), "next_cursor": ""}
    else:
        page = contact_page(request.user, cursor=request.GET.get("cursor", ""))
        context = {"query": "", "contacts": page.rows, "next_cursor": page.next_cursor}
    return render(request, "workspace/contacts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def contact_page_(request: AgentRequest, contact_id: int) -> HttpResponse:
    contact = contact_for(request.user, contact_id)
    form = ContactForm(request.POST or None, contact=contact)
    if request.method == "POST":
        require(request.user, "edit_contact")
        if form.is_valid():
            values = form.cleaned_data
            rename(contact, name=values["name"])
            set_tiers(contact, own=values["tier"], organization=values.get("organization_tier", ""))
            return HttpResponseRedirect(request.path)
    context = {
        "contact": contact,
        "form": form,
        "identities": [(row, channel_of(row.kind)) for row in identities_of(contact.pk)],
        "tickets": [related(row) for row in tickets_of_contact(request.user, contact.pk, size=50)],
        "may_edit": may(request.user, "edit_contact"),
        "held": held_of_contact(request.user, contact),
    }
    return render(request, "workspace/contact.html", context, status=422 if form.errors else 200)


@require_POST
@agent_page
def block_action(request: AgentRequest, contact_id: int) -> HttpResponse:
    """Hold back what they write from now on, or stop doing so."""
    contact = contact_for(request.user, contact_id)
    change = block if request.POST.get("is_blocked") == "on" else unblock
    change(contact, agent=request.user)
    return HttpResponseRedirect(reverse("workspace:contact", args=[contact.pk]))
