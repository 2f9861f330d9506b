"""Reading the expectations of test-suites out of their source, without running any of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

Scope = dict[str, str]


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def constants_before_calls(function: ast.FunctionDef, name: str) -> Iterator[tuple[ast.Call, Scope]]:
    """Every call of `name` with the texts that the variables of its function hold at that point."""
    scope: Scope = {}
    for statement in function.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            text = text_of(statement.value, scope)
            if text is not None:
                scope[statement.targets[0].id] = text
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            if isinstance(call.func, ast.Name) and call.func.id == name:
                yield call, dict(scope)


def text_of(node: ast.expr, scope: Scope) -> str | None:
    """The text of a literal, of a variable, or of such in `x.encode(...)`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return scope.get(node.id)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
        return text_of(node.func.value, scope)
    return None


def assigned(path: Path, name: str) -> object:
    """The literal that a module assigns to a name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    return None


_PERL_CALL = re.compile(r"check_report\(\s*'t/corpus/([^']+)',(.*?)\n?\s*\);", re.DOTALL)
_PERL_PAIR = re.compile(r"(\w+)\s*=>\s*(\[[^\]]*\]|'[^']*'|\"[^\"]*\"|\d+)", re.DOTALL)


def perl_reports(source: str) -> Iterator[tuple[str, dict[str, str]]]:
    """(file, its named expectations) of each `check_report` with a literal file."""
    for call in _PERL_CALL.finditer(source):
        yield call.group(1), dict(_PERL_PAIR.findall(call.group(2)))


def perl_words(value: str) -> list[str]:
    inner = re.sub(r"qw\(|[\[\]()]", " ", value)
    return [word.strip("'\",") for word in inner.split() if word.strip("'\",")]
