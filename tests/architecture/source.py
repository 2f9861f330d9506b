"""Our own source as the architecture tests read it: layers, files, syntax trees."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def layers() -> list[set[str]]:
    """The apps of each layer, the highest first, as the import linter knows them."""
    contract = pyproject()["tool"]["importlinter"]["contracts"][0]
    return [{name.strip(" ()") for name in line.split("|")} for line in contract["layers"]]


def app_names() -> list[str]:
    """Every folder that is an app, listed or not."""
    return sorted(found.parent.name for found in ROOT.glob("*/apps.py"))


def depth_of(app: str) -> int:
    """0 is the highest layer."""
    return next(depth for depth, apps in enumerate(layers()) if app in apps)


def python_files(*, tests: bool = False, migrations: bool = False) -> list[Path]:
    folders = [*app_names(), *(["tests"] if tests else [])]
    found = [ROOT / "manage.py"]
    for folder in folders:
        found += sorted((ROOT / folder).rglob("*.py"))
    return [path for path in found if migrations or "migrations" not in path.parts]


def templates() -> list[Path]:
    roots = [ROOT / "templates", *(ROOT / app / "templates" for app in app_names())]
    return sorted(path for root in roots if root.exists() for path in root.rglob("*.*") if is_text(path))


def script_modules() -> list[Path]:
    static = ROOT / "static"
    return sorted(path for path in static.rglob("*.js") if "vendor" not in path.parts)


def is_text(path: Path) -> bool:
    return path.suffix in {".html", ".txt", ".svg", ".xml"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(tree_of(path))


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def told(problems: list[str], remedy: str) -> str:
    return remedy + "\n  " + "\n  ".join(problems)
