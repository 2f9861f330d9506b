"""How long things may be; longer ones are named here with the reason."""

import ast
from pathlib import Path

from tests.architecture.source import (
    ROOT,
    line_count,
    name_of,
    nodes,
    python_files,
    script_modules,
    templates,
    told,
)

FILE_LINES = 400
FUNCTION_LINES = 50
TEMPLATE_LINES = 120
SCRIPT_LINES = 150

# path -> why it is longer
LONG_FILES: dict[str, str] = {}
# path:function -> why it is longer
LONG_FUNCTIONS: dict[str, str] = {}
LONG_TEMPLATES: dict[str, str] = {}
LONG_SCRIPTS: dict[str, str] = {
    "static/widget/widget.js": "customers' sites load this one file by one line; it cannot import others",
}


def test_files_stay_readable_in_one_sitting() -> None:
    found = [(path, line_count(path)) for path in python_files(tests=True)]
    too_long = [f"{name_of(path)}: {count}" for path, count in found if count > FILE_LINES]
    too_long = [text for text in too_long if text.partition(":")[0] not in LONG_FILES]
    assert not too_long, told(too_long, f"Split files of more than {FILE_LINES} lines by what they are about:")


def test_functions_fit_a_screen() -> None:
    too_long = [
        f"{name_of(path)}:{node.name}: {length}"
        for path in python_files(tests=True)
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := lines_of(node)) > FUNCTION_LINES and f"{name_of(path)}:{node.name}" not in LONG_FUNCTIONS
    ]
    assert not too_long, told(too_long, f"Split functions of more than {FUNCTION_LINES} lines:")


def test_templates_stay_short() -> None:
    assert_short(templates(), TEMPLATE_LINES, LONG_TEMPLATES, "Move parts of these templates to partials:")


def test_script_modules_wire_one_thing() -> None:
    assert_short(script_modules(), SCRIPT_LINES, LONG_SCRIPTS, "Split these ES modules:")


def test_listed_exceptions_still_exist() -> None:
    listed = [*LONG_FILES, *LONG_TEMPLATES, *LONG_SCRIPTS, *(key.partition(":")[0] for key in LONG_FUNCTIONS)]
    gone = [name for name in listed if not (ROOT / name).exists()]
    assert not gone, told(gone, "Take these from the lists of exceptions:")


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def assert_short(paths: list[Path], limit: int, exceptions: dict[str, str], remedy: str) -> None:
    too_long = [
        f"{name_of(path)}: {count} (at most {limit})"
        for path in paths
        if (count := line_count(path)) > limit and name_of(path) not in exceptions
    ]
    assert not too_long, told(too_long, remedy)
