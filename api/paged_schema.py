"""How pages look in the OpenAPI description."""

from __future__ import annotations

import functools
from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

PAGING = [
    OpenApiParameter("limit", int, description="1 to 100, default 25"),
    OpenApiParameter("cursor", str, description="next_cursor of the page before"),
]


@functools.cache
def paged_schema(item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """`{"results": [...], "next_cursor": "..." | null}`."""
    name = item.__name__.removesuffix("Out")
    page = inline_serializer(
        f"{name}Page",
        {"results": item(many=True), "next_cursor": serializers.CharField(allow_null=True)},
    )
    assert isinstance(page, serializers.Serializer)
    return page
