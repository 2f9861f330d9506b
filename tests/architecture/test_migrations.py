"""Migrations are named after what they do, import no app, and match the models."""

import ast
import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.architecture.source import ROOT, app_names, name_of, nodes, told

VAGUE = re.compile(r"_auto_|^\d+_(alter|remove|add)_\w+_and_more")


def migrations() -> list[Path]:
    return sorted(path for app in app_names() for path in (ROOT / app / "migrations").glob("[0-9]*.py"))


def test_migrations_are_named_after_what_they_do() -> None:
    wrong = [name_of(path) for path in migrations() if VAGUE.search(path.stem)]
    assert not wrong, told(wrong, "Name the migration: makemigrations --name what_it_does")


def test_migrations_import_no_app_code() -> None:
    # Field classes and SQL text travel with a migration; models, services and selectors change under it.
    wrong = [
        f"{name_of(path)} imports {node.module}"
        for path in migrations()
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module
        if node.module.split(".")[0] in app_names()
        if {"services", "selectors", "views", "tasks"} & set(node.module.split("."))
    ]
    assert not wrong, told(wrong, "Use apps.get_model, or copy what the migration needs into it:")


@pytest.mark.django_db
def test_models_have_all_their_migrations() -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(f"Run makemigrations --name what_it_does:\n{said.getvalue()}")
