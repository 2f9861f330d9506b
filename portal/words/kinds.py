"""Which words a language has, by where they are said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`page`: what the panel's page holds; `script`: what its script says, `%s` is a value; `told`: what the desk says
    with it; `refusals`: by the `word` or the `code` of an error."""

    page: Mapping[str, str]
    script: Mapping[str, str]
    told: Mapping[str, str]
    refusals: Mapping[str, str]
