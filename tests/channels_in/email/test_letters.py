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


HEADS = {
    "zoho": "---- On Sat, 21 Nov 2026 22:10:50 +0530 ben@example.com wrote ----\n\nold",
    "gmx": 'Gesendet: Samstag, 21. November 2026 um 22:10 Uhr\nVon: "Ben" <b@x.y>\nAn: rosa@x.y\nBetreff: x\n\nold',
    "notes": "From:   Ben <ben@example.com>\nTo:     Rosa\nDate:   21/11/2026 22:10\nSubject:        Hinge\n\nold",
    "mail.ru": ">Суббота, 21 ноября 2026, 22:10 +03:00 от Ben <ben@example.com>:\n> \n>old\n> ",
    "yandex": '21.11.2026, 22:10, "Ben Okafor" <ben@example.com>:\n> old',
    "netease": 'At 2026-11-21 22:10:01, "Ben" <ben@example.com> wrote:\n>old',
    "samsung": "Von meinem/meiner Galaxy gesendet\n\n---- Ursprüngliche Nachricht ----\nVon: Ben\n\nold",
    "apple": "Von meinem iPhone gesendet\n\n> Am 21.11.2026 um 22:10 schrieb Ben <ben@example.com>:\n> \n> old",
    "split address": "Am Sa., 21. Nov. 2026 um 22:10 Uhr schrieb Ben <\nben@example.com>:\n\n> old",
    "split from": "From: Ben \n<a-long-one@example.com> \nSent: Monday, March 2, 2026 4:37 PM\nTo: Rosa\n\nold",
    "group": "On Sat, Nov 21, 2026 at 10:10 PM 'Ben' via Support <help@example.com>\nwrote:\n\n> old",
    "no colon": "On Sat, Nov 21, 2026 at 10:10 PM Ben <ben@example.com> wrote\n\n> old",
    "finnish": "pe 20. marraskuuta 2026 klo 17.50 Ben\n<ben@example.com> kirjoitti:\n\nold",
    "torn link": "On Sat, Nov 21, 2026 at 10:10 PM, Ben wrote:\n\n> see (http://example.com/a\n_b=3dd518)\n> old",
    "phone with excuse": "Sent from my phone, please excuse any typos.",
    "list": "_______________________\nusers mailing list\nusers@lists.example.org",
    "dashed name": "-Rosa Lind",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_an_answer_above_the_heads_of_other_programs_is_found(head: str) -> None:
    assert reply_only(f"Thank you, it fits.\nTwo more, please.\n\n{head}") == "Thank you, it fits.\nTwo more, please."


@pytest.mark.parametrize(
    "banner",
    [
        "CAUTION: This email originated from outside of the organization. Do not click links.",
        "[EXTERNAL EMAIL] This message is from an external sender.",
        "ACHTUNG: Diese E-Mail kommt von einem externen Absender.",
        "You don't often get email from rosa@example.net. Learn why this is important",
    ],
)
def test_a_gateways_warning_above_is_left_out(banner: str) -> None:
    assert reply_only(f"{banner}\n\nThank you.") == "Thank you."
    assert reply_only(banner) == banner


@pytest.mark.parametrize(
    "text",
    [
        "On 3 March I wrote:\nplease send two hinges",
        "Attention: the email address on your page is wrong.\n\nPlease mend it.",
        "Confidential: nobody must know this.",
        "Points:\n\n- Hinge\n- Rosa",
        "First part.\n\n____________________\n\nSecond part.",
        "Sent from my desk, which is much easier than the phone.\nRosa",
        "Best regards",
        "The sender wrote: nothing happened since 2026",
    ],
)
def test_what_only_looks_like_an_end_is_kept(text: str) -> None:
    assert reply_only(text) == text
