"""The answer is found in every language and mail program that our customers use."""

import pytest

from channels_in.email.parse.reply import reply_only
from tests.channels_in.email.letters import LANGUAGES, Language, pages, texts
from tests.channels_in.email.samples import parsed

EVERY_LANGUAGE = pytest.mark.parametrize("words", LANGUAGES, ids=[words.code for words in LANGUAGES])


def _now(words: Language) -> str:
    return f"{words.own}\n\n{words.closing}"


@EVERY_LANGUAGE
def test_a_text_answer_is_found_in_every_shape(words: Language) -> None:
    found = {kind: reply_only(text) for kind, text in texts(words)}
    assert found == dict.fromkeys(found, _now(words))


@EVERY_LANGUAGE
def test_an_html_answer_is_found_in_every_program(words: Language) -> None:
    found = {kind: parsed(page, content_type="text/html; charset=utf-8").reply_text for kind, page in pages(words)}
    packed = {kind: "".join(text.split()) for kind, text in found.items()}
    assert packed == dict.fromkeys(packed, "".join(_now(words).split()))


@EVERY_LANGUAGE
def test_nothing_of_a_plain_letter_is_cut(words: Language) -> None:
    letter = f"{words.own}\n\n{words.history}\n\n{words.own}"
    assert reply_only(letter) == letter
