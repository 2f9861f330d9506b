"""The workspace stays light."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from workspace import budgets
from workspace.budgets import Budget, weigh


def test_pages_stay_within_their_budgets() -> None:
    call_command("check_budgets")


def test_heavy_or_missing_files_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(bytes(range(256)) * 40)
    monkeypatch.setattr(budgets, "BUDGETS", (Budget("light", ("*.js",), 5), Budget("gone", ("*.css",), 5)))
    assert [weight.is_within for weight in weigh(tmp_path)] == [True, False]
    monkeypatch.setattr(budgets, "BUDGETS", (Budget("tiny", ("css/*.css",), 0.1),))
    with pytest.raises(CommandError, match="tiny"):
        call_command("check_budgets")
