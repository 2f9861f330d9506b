"""Contacts: the customers and their addresses."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.paged_schema import PAGING, paged_schema
from api.serializers import ContactChangeIn, ContactIn, ContactOut, contact_out
from api.views.base import ApiView, page_size, paged, valid
from api.writing import create_contact
from core.errors import Invalid
from core.paging import keyset_page
from people.policy import require
from people.services.contacts import update_contact
from tickets.selectors.access import contact_for, contacts_visible_to
from tickets.selectors.contacts import FEWEST_LETTERS, contacts_matching


class ContactsView(ApiView):
    resource = "contacts"

    @extend_schema(
        operation_id="list_contacts",
        parameters=[
            OpenApiParameter("q", str, description="part of a name or an address, three letters at least"),
            *PAGING,
        ],
        responses=paged_schema(ContactOut),
    )
    def get(self, request: Request) -> Response:
        query = request.query_params.get("q", "").replace("\x00", "").strip()
        if query and len(query) < FEWEST_LETTERS:
            raise Invalid("Search by three letters or more.", fields={"q": "Give three letters at least."})
        found = contacts_matching(self.agent, query) if query else contacts_visible_to(self.agent)
        rows = found.prefetch_related("identities")
        cursor = request.query_params.get("cursor", "")
        return paged(keyset_page(rows, order="-id", cursor=cursor, size=page_size(request)), contact_out)

    @extend_schema(operation_id="create_contact", request=ContactIn, responses={201: ContactOut})
    @idempotent
    def post(self, request: Request) -> Response:
        contact = create_contact(self.agent, valid(ContactIn, request))
        return Response(contact_out(contact), status=201, headers={"Location": f"/api/v1/contacts/{contact.pk}/"})


class ContactView(ApiView):
    resource = "contacts"

    @extend_schema(operation_id="get_contact", responses=ContactOut)
    def get(self, request: Request, contact_id: int) -> Response:
        return Response(contact_out(contact_for(self.agent, contact_id)))

    @extend_schema(operation_id="change_contact", request=ContactChangeIn, responses=ContactOut)
    @idempotent
    def patch(self, request: Request, contact_id: int) -> Response:
        require(self.agent, "edit_contact")
        contact = contact_for(self.agent, contact_id)
        return Response(contact_out(update_contact(contact, **valid(ContactChangeIn, request))))
