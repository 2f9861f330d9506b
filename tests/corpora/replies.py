"""Answers without their history: the collection of talon, whose expectations are written in its tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from core.html_text import html_to_text
from tests.corpora.case import Case, Expectation, mail_of, packed, reply_is
from tests.corpora.suites import Scope, constants_before_calls, functions, text_of

_CORPUS = "talon"
_LONG_REPLY = "Hi. I am fine.\n\nThanks,\nAlex"
_FILE_CALL = re.compile(r"tests/fixtures/(html_replies/\w+\.html)")
# Switches off or mocks part of talon itself, so it says nothing about mails.
_OWN_MATTERS = frozenset(
    ("test_too_many_lines", "test_too_large_html", "test_bad_html", "test_crash_inside_extract_from")
)


def talon(folder: Path) -> Iterator[Case]:
    (tests,) = folder.glob("*/tests")
    yield from _texts(tests / "text_quotations_test.py")
    yield from _htmls(tests / "html_quotations_test.py")
    yield from _standard(tests / "fixtures" / "standard_replies")
    yield from _html_files(tests)


def _texts(path: Path) -> Iterator[Case]:
    for function in functions(path):
        for number, (call, scope) in enumerate(constants_before_calls(function, "eq_")):
            pair = _compared(call, scope, "extract_from_plain")
            if pair and function.name not in _OWN_MATTERS:
                yield Case(_CORPUS, f"{function.name}/{number}", mail_of(pair[1]), (reply_is(pair[0]),))
        yield from _originals(function)


def _originals(function: ast.FunctionDef) -> Iterator[Case]:
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id == "_check_pattern_original_message":
            words = text_of(call.args[0], {})
            if words:
                raw = mail_of(f"Test reply\n\n-----{words}-----\n\nTest")
                yield Case(_CORPUS, f"{function.name}/{words}", raw, (reply_is("Test reply"),))


def _htmls(path: Path) -> Iterator[Case]:
    for function in functions(path):
        for number, (call, scope) in enumerate(constants_before_calls(function, "eq_")):
            pair = _compared(call, scope, "extract_from_html")
            if pair and function.name not in _OWN_MATTERS:
                wanted = html_to_text(pair[0])
                yield Case(_CORPUS, f"{function.name}/{number}", mail_of(pair[1], "html"), (_html_reply(wanted),))


def _html_reply(wanted: str) -> Expectation:
    """Rules of dashes that HTML's <hr> becomes are no words."""
    bare = re.sub(r"[-_]", "", packed(wanted))
    return Expectation("stripped reply", bare, lambda mail: re.sub(r"[-_]", "", packed(mail.reply_text)))


def _standard(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.glob("*.eml")):
        own = path.with_name(f"{path.stem}_reply_text")
        wanted = own.read_text(encoding="utf-8") if own.is_file() else "Hello"
        yield Case(_CORPUS, f"standard/{path.name}", path.read_bytes(), (reply_is(wanted),))


def _html_files(tests: Path) -> Iterator[Case]:
    source = (tests / "html_quotations_test.py").read_text(encoding="utf-8")
    for name in _FILE_CALL.findall(source):
        body = (tests / "fixtures" / name).read_text(encoding="utf-8")
        yield Case(_CORPUS, name, mail_of(body, "html"), (reply_is(_LONG_REPLY),))
    shared = (tests / "fixtures" / "reply-quotations-share-block.eml").read_text(encoding="utf-8", errors="replace")
    no_header = Expectation("stripped reply", False, lambda mail: "From" in mail.reply_text)
    yield Case(_CORPUS, "share-block", mail_of(shared), (no_header,))


def _compared(call: ast.Call, scope: Scope, extractor: str) -> tuple[str, str] | None:
    """(wanted, body) of `eq_(wanted, quotations.<extractor>(body))`, white space functions looked through."""
    if len(call.args) < 2:
        return None
    wanted = text_of(_inner(call.args[0]), scope)
    for node in ast.walk(call.args[1]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == extractor:
            body = text_of(node.args[0], scope)
            return (wanted, body) if wanted is not None and body is not None else None
    return None


def _inner(node: ast.expr) -> ast.expr:
    """`reply` of `RE_WHITESPACE.sub('', reply)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "sub":
        return node.args[1]
    return node
