"""Names, lines and file names of strangers: nothing that hides, breaks storage or means a path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import FILE_NAME_BYTES, clean_file_name, clean_line, clean_name, clean_text, snippet


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\ann\hinge.jpg", "hinge.jpg"),
        ("a\x00.png", "a.png"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("what?.pdf", "what_.pdf"),
        ("  .htaccess ", "htaccess"),
        ("...", "file"),
        ("", "file"),
        ("Rechnung\r\n 2026.pdf", "Rechnung 2026.pdf"),
    ],
)
def test_a_strangers_file_name_becomes_a_mere_name(given_name: str, expected: str) -> None:
    assert clean_file_name(given_name) == expected


def test_a_long_file_name_keeps_its_extension() -> None:
    name = clean_file_name("é" * 300 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name.encode()) <= FILE_NAME_BYTES


@given(st.text())
def test_cleaning_is_settled_after_once(text: str) -> None:
    for clean in (clean_text, clean_line, clean_name, clean_file_name):
        assert clean(clean(text)) == clean(text)


@given(st.text())
def test_cleaned_text_can_be_stored(text: str) -> None:
    cleaned = clean_text(text)
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
    cleaned.encode("utf-8")


def test_a_snippet_is_one_short_line() -> None:
    assert snippet("Hello\n\n  there " + "word " * 100, 20) == "Hello there word…"
    assert snippet("short") == "short"
