"""Migrations are named after what they do, import no app, match the models, and let the desk work while they run."""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.migrations import AddConstraint, AddField, AddIndex, AlterField, CreateModel, Migration, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import CheckConstraint, ForeignKey

from core.indexes import BuildIndex
from tests.architecture.source import ROOT, app_names, name_of, nodes, told

VAGUE = re.compile(r"_auto_|^\d+_(alter|remove|add)_\w+_and_more")

# Indexes that are built while nobody may write -> why nobody waits for it. A new one belongs into a migration of its
# own, by core.indexes.BuildIndex.
QUICK = {
    **dict.fromkeys(
        ("routing.rule.hours", "routing.rule_wait", "sla.businesshours_one_default", "sla.holiday_unique",
         "sla.hoursuse.brand", "tickets.inbox.brand"),
        "settings that managers make by hand: a few rows",
    ),
    **dict.fromkeys(
        ("channels_in.delivery_suspended", "channels_in.delivery_raw_to_drop", "routing.rulerun_of_rule",
         "notifications.notification_unread_about", "routing.rulerun.ticket", "routing.rulerun_of_ticket",
         "routing.webhookcall_of_endpoint", "routing.webhookcall_age", "sla.clock_warn", "sla.clock_escalate",
         "tickets.ticket_fields", "tickets.ticket_merged_into", "tickets.message_side"),
        "on the way to the first release: no desk had any rows yet",
    ),
}  # fmt: skip
SQL_INDEX = re.compile(r"CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)(?:IF NOT EXISTS\s+)?(\w+)\s+ON\s+(\w+)", re.I)


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


def test_index_of_a_table_that_may_be_large_is_built_while_the_desk_works() -> None:
    blocking = {name for migration, state in _in_order() for name in _blocking(migration, state)}
    wrong = sorted(blocking - set(QUICK))
    assert not wrong, told(wrong, "Build it in a migration of its own by core.indexes.BuildIndex:")
    assert set(QUICK) <= blocking, "These block nobody any more"


def test_every_migration_can_be_taken_back() -> None:
    wrong = [
        f"{step.app_label}.{step.name}" for step, _ in _in_order() if not all(op.reversible for op in step.operations)
    ]
    assert not wrong, told(wrong, "Say how it is taken back:")


def test_guard_finds_every_way_to_add_an_index() -> None:
    from django.db import models  # as migrations import it

    parent = models.ForeignKey("shop.thing", models.CASCADE, null=True)
    thing = CreateModel(
        "Thing", [("id", models.BigAutoField(primary_key=True)), ("word", models.TextField()), ("parent", parent)]
    )
    steps = [
        AddIndex("thing", models.Index(fields=["word"], name="plain")),
        AddConstraint("thing", models.UniqueConstraint(fields=["word"], name="once")),
        AddConstraint("thing", models.CheckConstraint(condition=models.Q(word="x"), name="check")),
        AddField("thing", "owner", models.ForeignKey("shop.thing", models.CASCADE, null=True)),
        AddField("thing", "note", models.TextField(default="")),
        AlterField("thing", "word", models.TextField(db_index=True)),
        AlterField("thing", "parent", models.ForeignKey("shop.thing", models.CASCADE, null=True, db_index=False)),
        RunSQL("CREATE UNIQUE INDEX raw ON shop_thing (word)", "DROP INDEX raw"),
        BuildIndex("thing", models.Index(fields=["word"], name="good")),
    ]
    old = type("Old", (Migration,), {"operations": [thing]})("old", "shop")
    new = type("New", (Migration,), {"operations": steps})("new", "shop")
    state = old.mutate_state(ProjectState())
    assert list(_blocking(old, ProjectState())) == []
    found = ["plain", "once", "thing.owner", "thing.word", "thing.parent", "raw"]
    assert list(_blocking(new, state)) == [f"shop.{name}" for name in found]


def _in_order() -> Iterator[tuple[Migration, ProjectState]]:
    """Each of our migrations, with what there is before it."""
    loader, state, ours = MigrationLoader(None), ProjectState(), set(app_names())
    graph = loader.graph
    for key in dict.fromkeys(step for leaf in graph.leaf_nodes() for step in graph.forwards_plan(leaf)):
        migration = graph.nodes[key]
        if key[0] in ours:
            yield migration, state.clone()
        state = migration.mutate_state(state, preserve=False)


def _blocking(migration: Migration, state: ProjectState) -> Iterator[str]:
    """The indexes that it builds, and the keys that it checks anew, under a lock, on tables that were there before."""
    app, before = migration.app_label, state.clone()
    created = {op.name_lower for op in migration.operations if isinstance(op, CreateModel)}
    for op in (part for whole in migration.operations for part in getattr(whole, "database_operations", [whole])):
        if isinstance(op, RunSQL):
            found = SQL_INDEX.findall(op.sql if isinstance(op.sql, str) else "\n".join(map(str, op.sql)))
            yield from (f"{app}.{name}" for name, table in found if table.removeprefix(f"{app}_") not in created)
        elif getattr(op, "model_name_lower", None) not in created:
            yield from (f"{app}.{name}" for name in _indexed_by(op, before, app))


def _indexed_by(op: Operation, state: ProjectState, app: str) -> Iterator[str]:
    if isinstance(op, AddIndex) and not isinstance(op, BuildIndex):
        yield op.index.name
    if isinstance(op, AddConstraint) and not isinstance(op.constraint, CheckConstraint):
        yield op.constraint.name
    if isinstance(op, AddField | AlterField):
        before = state.models[app, op.model_name_lower].fields.get(op.name)
        had_index = before is not None and _has_index(before)
        # Django takes the constraint of a foreign key away with its index, and checks every row to put it back.
        is_checked_anew = had_index and isinstance(op.field, ForeignKey)
        if had_index != _has_index(op.field) and (not had_index or is_checked_anew):
            yield f"{op.model_name_lower}.{op.name}"


def _has_index(field: Any) -> bool:
    return bool(field.db_index or field.unique)
