"""The answer without its history, in the ways and languages of real mail programs."""

import time

import pytest

from channels_in.email.parse.reply import reply_only
from tests.channels_in.email.samples import multipart, parsed

HISTORY = "> Dear Rosa,\n> the hinge is on its way.\n>\n> Ben"
QUOTE_HEADERS = [
    "On Sat, 21 Nov 2026 at 22:10, Ben <ben@example.com> wrote:",
    "On Sat, 21 Nov 2026 at 22:10, Ben Longname of Very Long Company Ltd\n<ben@example.com> wrote:",
    "On Sat, 21 Nov 2026\nat 22:10, Ben\n<ben@example.com>\nwrote:",
    "On 11/21/2026 10:10 PM, Ben wrote:",
    "Am Sa., 21. Nov. 2026 um 22:10 Uhr schrieb Ben <ben@example.com>:",
    "Am 21.11.2026 um 22:10 schrieb Ben:",
    "Le sam. 21 nov. 2026 à 22:10, Ben <ben@example.com> a écrit :",
    "El sáb, 21 nov 2026 a las 22:10, Ben (<ben@example.com>) escribió:",
    "Il giorno sab 21 nov 2026 alle ore 22:10 Ben <ben@example.com> ha scritto:",
    "Em sáb., 21 de nov. de 2026 às 22:10, Ben <ben@example.com> escreveu:",
    "Op za 21 nov. 2026 om 22:10 schreef Ben <ben@example.com>:",
    "W dniu sob., 21.11.2026 o 22:10 Ben <ben@example.com> napisał(a):",
    "сб, 21 нояб. 2026 г. в 22:10, Ben <ben@example.com>:",
    "21.11.2026 22:10, Ben пишет:",
    "2026年11月21日(土) 22:10 Ben <ben@example.com>:",
    "Ben <ben@example.com> 于2026年11月21日周六 22:10写道：",
    "在 2026年11月21日，22:10，Ben <ben@example.com> 写道：",
    "---- On Sat, 21 Nov 2026 22:10:01 +0100 Ben <ben@example.com> wrote ----",
    "Ben <ben@example.com> ezt írta (időpont: 2026. nov. 21., Szo, 22:10):",
    "so 21. 11. 2026 v 22:10 odesílatel Ben <ben@example.com> napsal:",
    "lør. 21. nov. 2026 kl. 22:10 skrev Ben <\nben@example.com>:",
]


@pytest.mark.parametrize("header", QUOTE_HEADERS)
def test_an_answer_above_a_quote_is_found(header: str) -> None:
    assert reply_only(f"Thanks, it works!\n\nRosa\n\n{header}\n\n{HISTORY}\n") == "Thanks, it works!\n\nRosa"


@pytest.mark.parametrize("header", QUOTE_HEADERS)
def test_history_without_quote_marks_is_cut_too(header: str) -> None:
    unmarked = HISTORY.replace("> ", "").replace(">", "")
    assert reply_only(f"Thanks!\n\n{header}\n\n{unmarked}\n") == "Thanks!"


HEADER_BLOCKS = [
    "From: Ben <ben@example.com>\nSent: Saturday, 21 November 2026 22:10\nTo: Rosa\nSubject: Re: hinge",
    "*From:* Ben <ben@example.com>\n*Sent:* Saturday\n*To:* Rosa\n*Subject:* hinge",
    "Von: Ben\nGesendet: Samstag, 21. November 2026\nAn: Rosa\nBetreff: Scharnier",
    "De : Ben\nEnvoyé : samedi 21 novembre\nÀ : Rosa\nObjet : charnière",
    "De: Ben\nEnviado el: sábado\nPara: Rosa\nAsunto: bisagra",
    "Da: Ben\nInviato: sabato\nA: Rosa\nOggetto: cerniera",
    "De: Ben\nEnviada em: sábado\nPara: Rosa\nAssunto: dobradiça",
    "Van: Ben\nVerzonden: zaterdag\nAan: Rosa\nOnderwerp: scharnier",
    "Od: Ben\nWysłano: sobota\nDo: Rosa\nTemat: zawias",
    "От: Ben\nОтправлено: суббота\nКому: Rosa\nТема: петля",
    "差出人: Ben\n送信日時: 2026年11月21日\n宛先: Rosa\n件名: ヒンジ",
    "发件人：Ben\n发送时间：2026年11月21日\n收件人：Rosa\n主题：铰链",
]


@pytest.mark.parametrize("rule", ["", "________________________________\n", "-----Original Message-----\n"])
@pytest.mark.parametrize("block", HEADER_BLOCKS)
def test_an_answer_above_outlook_history_is_found(block: str, rule: str) -> None:
    assert reply_only(f"Danke, passt.\n\n{rule}{block}\n\nDear Rosa,\nold words\n") == "Danke, passt."


@pytest.mark.parametrize(
    "separator",
    ["-----Original Message-----", "-----Ursprüngliche Nachricht-----", "-------- Message original --------",
     "-----Mensaje original-----", "-----Messaggio originale-----", "-----Oorspronkelijk bericht-----",
     "-----Исходное сообщение-----", "---原始邮件---", "##- Please type your reply above this line -##"],
)  # fmt: skip
def test_separators_end_the_answer(separator: str) -> None:
    assert reply_only(f"Yes.\n\n{separator}\nwhatever was said") == "Yes."


@pytest.mark.parametrize(
    "signature",
    ["-- \nRosa Lind\nHinges Ltd", "--\nRosa", "Sent from my iPhone", "Von meinem iPhone gesendet",
     "Envoyé de mon iPhone", "Enviado desde mi iPad", "Inviato da iPhone", "Enviado do meu iPhone",
     "Verstuurd vanaf mijn iPhone", "Wysłane z iPhone'a", "Отправлено с iPhone", "iPhoneから送信",
     "发自我的 iPhone", "Get Outlook for iOS", "Gesendet mit der Telekom Mail App"],
)  # fmt: skip
def test_signatures_are_left_out(signature: str) -> None:
    assert reply_only(f"Please call me.\n\n{signature}\n") == "Please call me."
    assert reply_only(f"Please call me.\n\n{signature}\n\n{QUOTE_HEADERS[0]}\n{HISTORY}") == "Please call me."


def test_an_answer_between_the_quotes_keeps_every_own_word() -> None:
    text = f"Hi Ben,\n\n{QUOTE_HEADERS[0]}\n> Which size?\n\n40 mm.\n\n> Which colour?\n\nBrass.\n"
    assert reply_only(text) == "Hi Ben,\n\n\n40 mm.\n\n\nBrass."


def test_an_answer_below_the_quote_is_kept() -> None:
    assert reply_only(f"{QUOTE_HEADERS[0]}\n{HISTORY}\n\nAll fine now.") == "All fine now."


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
    ],
)
def test_what_somebody_forwards_is_kept(mark: str) -> None:
    text = f"Please handle this.\n\n{mark}\nFrom: X <x@example.org>\nDate: Sat\nSubject: s\nTo: me\n\nThe hinge broke."
    assert reply_only(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "On Monday the hinge broke:\nit fell off.",
        "From: the top shelf it fell.\nBest, Rosa",
        "I wrote:\nplease send 2 hinges",
        "My list:\n- 1 hinge\n- 2 screws",
        "a > b is what I meant",
        "The -- dashes -- stay",
        "From: A\nTo: B",
        "-- \nonly a signature",
    ],
)
def test_ordinary_sentences_are_not_taken_for_history(text: str) -> None:
    assert reply_only(text) == text.strip()


def test_nothing_but_quotes_is_an_empty_answer() -> None:
    assert reply_only(HISTORY) == ""


def test_what_begins_like_history_is_shown_whole() -> None:
    text = "From: Ben\nSent: today\nTo: Rosa\nSubject: x\n\nAll the words there are."
    assert reply_only(text) == text


def test_a_mailing_list_footer_is_left_out() -> None:
    footer = "_" * 47 + "\nusers mailing list\nusers@lists.example.org"
    assert reply_only(f"Works for me.\n\n{footer}") == "Works for me."


@pytest.mark.parametrize(
    "html",
    [
        '<div>Yes!</div><div class="gmail_quote">21 kasım, Ben şunları söyledi<blockquote>old</blockquote></div>',
        '<div>Yes!</div><div id="appendonsend"></div><div>old words</div>',
        '<div>Yes!</div><div id="divRplyFwdMsg"><b>Frå:</b> Ben</div><div>old words</div>',
        '<div>Yes!</div><div class="yahoo_quoted">old</div>',
        '<p>Yes!</p><div>On Sat, 21 Nov 2026, Ben wrote:</div><blockquote type="cite">old</blockquote>',
    ],
)
def test_history_that_only_html_marks_is_found(html: str) -> None:
    read = parsed(html, content_type="text/html")
    assert read.reply_text == "Yes!"
    assert "old" in read.text


def test_text_and_html_of_one_mail_give_one_answer() -> None:
    kind, body = multipart(
        "alternative",
        f"Content-Type: text/plain\n\nFixed, thanks.\n\n{QUOTE_HEADERS[0]}\n{HISTORY}",
        "Content-Type: text/html\n\n<p>Fixed, thanks.</p>",
    )
    assert parsed(body, content_type=kind).reply_text == "Fixed, thanks."


@pytest.mark.parametrize(
    "piece", ["On ", ">", "> ", "\n", "On 1\n", "From: a\n", "-- \n", "_", "wrote:", "a@b.c <", "- -"]
)
def test_long_nonsense_is_searched_in_linear_time(piece: str) -> None:
    started = time.process_time()
    reply_only(piece * 20_000)
    assert time.process_time() - started < 1.5
