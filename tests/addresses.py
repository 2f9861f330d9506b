"""Every address of the desk by its name, for tests that must not forget a new one."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def routes() -> Iterator[tuple[str, list[str]]]:
    """(full name, names of its arguments) of every address."""

    def walk(resolver: URLResolver, space: str) -> Iterator[tuple[str, list[str]]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                inner = f"{space}{entry.namespace}:" if entry.namespace else space
                yield from walk(entry, inner)
            elif isinstance(entry, URLPattern):
                arguments = list(entry.pattern.converters) or list(entry.pattern.regex.groupindex)
                yield f"{space}{entry.name or entry.pattern}", arguments

    yield from walk(get_resolver(), "")
