"""Addresses as people type them into the composer."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest

from core.errors import Invalid

_MOST_COPIES = 50


def copies_in(request: HttpRequest) -> list[dict[str, str]]:
    typed = request.POST.get("cc_more", "").replace(";", ",").split(",")
    addresses = [*request.POST.getlist("cc"), *(item.strip() for item in typed if item.strip())]
    for address in addresses[:_MOST_COPIES]:
        try:
            validate_email(address)
        except ValidationError as error:
            problem = f"{address} is not an e-mail address."
            raise Invalid(problem, fields={"cc": problem}) from error
    return [{"name": "", "address": address} for address in dict.fromkeys(addresses)]
