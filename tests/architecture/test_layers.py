"""What the import linter cannot see: foreign keys, migrations and unlisted apps also point down only."""

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from tests.architecture.source import app_names, depth_of, layers, pyproject, told

OURS = {app for layer in layers() for app in layer}


def test_every_app_is_listed_in_the_layers_and_installed() -> None:
    listed = set(pyproject()["tool"]["importlinter"]["root_packages"])
    installed = {config.name for config in apps.get_app_configs()}
    for app in app_names():
        assert app in OURS, f"give {app} a layer in pyproject.toml (tool.importlinter)"
        assert app in listed, f"list {app} in pyproject.toml (tool.importlinter.root_packages)"
        assert app in installed, f"list {app} in helpdesk/settings/base.py (HELPDESK_APPS)"


def test_foreign_keys_point_down_only() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OURS
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if points_up(model._meta.app_label, field.related_model._meta.app_label)
    ]
    assert not wrong, told(wrong, "A lower layer must not know a higher one; keep the id in the higher app:")


def test_migrations_depend_downwards_only() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    wrong = [
        f"{app}.{name} -> {needed_app}.{needed_name}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in OURS
        for needed_app, needed_name in migration.dependencies
        if points_up(app, needed_app)
    ]
    assert not wrong, told(wrong, "A migration may depend on migrations of its own or a lower layer only:")


def points_up(from_app: str, to_app: str) -> bool:
    """Whether the arrow goes to a higher layer or to a stranger of the same layer."""
    if to_app not in OURS or from_app == to_app:
        return False
    return depth_of(to_app) <= depth_of(from_app)
