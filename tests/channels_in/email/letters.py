"""Answers as the mail programs of eleven languages write them: what was written now, and everything round it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BEN = "Ben Okafor <ben@example.com>"


@dataclass(frozen=True, slots=True)
class Language:
    """Words of one language; `wrote` are the lines above a quote of Gmail, Apple Mail, Thunderbird and phones."""

    code: str
    own: str
    closing: str
    history: str
    wrote: tuple[str, ...]
    # From, Sent, To, Subject and the date as Outlook writes them.
    labels: tuple[str, str, str, str, str]
    original: str
    phones: tuple[str, ...]
    disclaimer: str


LANGUAGES = (
    Language(
        "en",
        "Thank you, the hinge fits now.\nCan you send two more?",
        "Best regards,\nRosa",
        "Dear Rosa,\nthe hinge is on its way.",
        (
            f"On Sat, Nov 21, 2026 at 10:10 PM {BEN} wrote:",
            f"On 21. Nov 2026, at 22:10, {BEN} wrote:",
            "On 21/11/2026 22:10, Ben Okafor wrote:",
            "On Saturday, November 21, 2026 at 10:10:01 PM GMT+1, Ben Okafor\n<ben@example.com> wrote:",
        ),
        ("From", "Sent", "To", "Subject", "Saturday, November 21, 2026 10:10 PM"),
        "Original Message",
        ("Sent from my iPhone", "Get Outlook for Android", "Sent from Yahoo Mail on Android"),
        "This e-mail and any attachments are confidential and intended solely for the addressee.",
    ),
    Language(
        "de",
        "Danke, das Scharnier passt jetzt.\nKönnen Sie noch zwei schicken?",
        "Mit freundlichen Grüßen\nRosa Lind",
        "Liebe Frau Lind,\ndas Scharnier ist unterwegs.",
        (
            f"Am Sa., 21. Nov. 2026 um 22:10 Uhr schrieb {BEN}:",
            f"Am 21.11.2026 um 22:10 schrieb {BEN}:",
            "Am 21.11.26 um 22:10 schrieb Ben Okafor:",
            "Ben Okafor <ben@example.com> schrieb am Sa., 21. Nov. 2026, 22:10:",
        ),
        ("Von", "Gesendet", "An", "Betreff", "Samstag, 21. November 2026 22:10"),
        "Ursprüngliche Nachricht",
        ("Von meinem iPhone gesendet", "Gesendet mit der WEB.DE Mail App", "Gesendet von Outlook für Android",
         "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet."),
        "Diese E-Mail enthält vertrauliche Informationen und ist ausschließlich für den Empfänger bestimmt.",
    ),
    Language(
        "fr",
        "Merci, la charnière convient.\nPouvez-vous en envoyer deux autres ?",
        "Cordialement,\nRosa",
        "Chère Rosa,\nla charnière est en route.",
        (
            f"Le sam. 21 nov. 2026 à 22:10, {BEN} a écrit :",
            f"Le 21 nov. 2026 à 22:10, {BEN} a écrit :",
            "Le 21/11/2026 à 22:10, Ben Okafor a écrit :",
            "Le samedi 21 novembre 2026 à 22:10:01 UTC+1, Ben Okafor\n<ben@example.com> a écrit :",
        ),
        ("De ", "Envoyé ", "À ", "Objet ", "samedi 21 novembre 2026 22:10"),
        "Message d'origine",
        ("Envoyé de mon iPhone", "Envoyé depuis mon mobile Orange", "Télécharger Outlook pour Android"),
        "Ce message et ses pièces jointes sont confidentiels et destinés à l'usage exclusif du destinataire.",
    ),
    Language(
        "es",
        "Gracias, la bisagra ya encaja.\n¿Pueden enviar dos más?",
        "Un saludo,\nRosa",
        "Estimada Rosa:\nla bisagra está en camino.",
        (
            "El sáb, 21 nov 2026 a las 22:10, Ben Okafor (<ben@example.com>) escribió:",
            f"El 21 nov 2026, a las 22:10, {BEN} escribió:",
            "El 21/11/2026 a las 22:10, Ben Okafor escribió:",
        ),
        ("De", "Enviado el", "Para", "Asunto", "sábado, 21 de noviembre de 2026 22:10"),
        "Mensaje original",
        ("Enviado desde mi iPhone", "Obtener Outlook para iOS", "Enviado desde Yahoo Mail para Android"),
        "Este correo y sus archivos adjuntos son confidenciales y van dirigidos exclusivamente a su destinatario.",
    ),
    Language(
        "it",
        "Grazie, la cerniera ora va bene.\nPotete mandarne altre due?",
        "Cordiali saluti,\nRosa",
        "Gentile Rosa,\nla cerniera è in viaggio.",
        (
            f"Il giorno sab 21 nov 2026 alle ore 22:10 {BEN} ha scritto:",
            f"Il giorno 21 nov 2026, alle ore 22:10, {BEN} ha scritto:",
            "Il 21/11/2026 22:10, Ben Okafor ha scritto:",
        ),
        ("Da", "Inviato", "A", "Oggetto", "sabato 21 novembre 2026 22:10"),
        "Messaggio originale",
        ("Inviato da iPhone", "Ottieni Outlook per Android", "Inviato dal mio Galaxy"),
        "Questo messaggio contiene informazioni riservate ed è destinato esclusivamente al destinatario.",
    ),
    Language(
        "pt",
        "Obrigada, a dobradiça serve agora.\nPodem enviar mais duas?",
        "Atenciosamente,\nRosa",
        "Cara Rosa,\na dobradiça está a caminho.",
        (
            f"Em sáb., 21 de nov. de 2026 às 22:10, {BEN} escreveu:",
            f"Em 21 de nov. de 2026, à(s) 22:10, {BEN} escreveu:",
            "Em 21/11/2026 22:10, Ben Okafor escreveu:",
        ),
        ("De", "Enviada em", "Para", "Assunto", "sábado, 21 de novembro de 2026 22:10"),
        "Mensagem original",
        ("Enviado do meu iPhone", "Obter o Outlook para Android", "Enviado do Email para Windows 10"),
        "Esta mensagem e seus anexos são confidenciais e destinam-se exclusivamente ao destinatário.",
    ),
    Language(
        "nl",
        "Bedankt, het scharnier past nu.\nKunt u er nog twee sturen?",
        "Met vriendelijke groet,\nRosa",
        "Beste Rosa,\nhet scharnier is onderweg.",
        (
            f"Op za 21 nov 2026 om 22:10 schreef {BEN}:",
            f"Op 21 nov 2026, om 22:10 heeft {BEN} het volgende geschreven:",
            "Op 21-11-2026 om 22:10 schreef Ben Okafor:",
        ),
        ("Van", "Verzonden", "Aan", "Onderwerp", "zaterdag 21 november 2026 22:10"),
        "Oorspronkelijk bericht",
        ("Verstuurd vanaf mijn iPhone", "Verzonden vanuit Outlook voor Android", "Verzonden met Proton Mail"),
        "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde.",
    ),
    Language(
        "pl",
        "Dziękuję, zawias już pasuje.\nCzy mogą Państwo przysłać jeszcze dwa?",
        "Pozdrawiam,\nRosa",
        "Szanowna Pani,\nzawias jest w drodze.",
        (
            f"W dniu sob., 21 lis 2026 o 22:10 {BEN} napisał(a):",
            f"Wiadomość napisana przez {BEN} w dniu 21.11.2026, o godz. 22:10:",
            "W dniu 21.11.2026 o 22:10, Ben Okafor pisze:",
        ),
        ("Od", "Wysłano", "Do", "Temat", "sobota, 21 listopada 2026 22:10"),
        "Wiadomość oryginalna",
        ("Wysłane z iPhone'a", "Wysłano z telefonu Samsung Galaxy", "Pobierz aplikację Outlook dla systemu Android"),
        "Ta wiadomość jest poufna i przeznaczona wyłącznie dla adresata.",
    ),
    Language(
        "ru",
        "Спасибо, петля теперь подходит.\nМожете прислать ещё две?",
        "С уважением,\nРоза",
        "Уважаемая Роза,\nпетля уже в пути.",
        (
            f"сб, 21 нояб. 2026 г. в 22:10, {BEN}:",
            f"21 нояб. 2026 г., в 22:10, {BEN} написал(а):",
            "21.11.2026 22:10, Ben Okafor пишет:",
            "Суббота, 21 ноября 2026, 22:10 +03:00 от Ben Okafor <ben@example.com>:",
        ),
        ("От", "Отправлено", "Кому", "Тема", "суббота, 21 ноября 2026 г. 22:10"),
        "Исходное сообщение",
        ("Отправлено с iPhone", "Отправлено из мобильной Почты Mail.ru", "Получить Outlook для Android"),
        "Это сообщение содержит конфиденциальную информацию и предназначено только адресату.",
    ),
    Language(
        "ja",
        "ありがとうございます。蝶番が合いました。\nあと二つ送っていただけますか。",
        "よろしくお願いいたします。\nローザ",
        "ローザ様\n蝶番を発送いたしました。",
        (
            f"2026年11月21日(土) 22:10 {BEN}:",
            f"2026/11/21 22:10、{BEN}のメール:",
            "2026年11月21日(土) 22:10 Ben Okafor さんは書きました:",
        ),
        ("差出人", "送信日時", "宛先", "件名", "2026年11月21日土曜日 22:10"),
        "元のメッセージ",
        ("iPhoneから送信", "Androidから送信"),
        "このメールは宛先の方のみを対象とした機密情報を含みます。",
    ),
    Language(
        "zh",
        "谢谢，铰链现在合适了。\n能再寄两个吗？",
        "此致，\n罗莎",
        "罗莎您好：\n铰链已经寄出。",
        (
            "Ben Okafor <ben@example.com> 于2026年11月21日周六 22:10写道：",
            f"在 2026年11月21日，22:10，{BEN} 写道：",
            "在2026-11-21 22:10:01，\"Ben Okafor\" <ben@example.com> 写道：",
        ),
        ("发件人", "发送时间", "收件人", "主题", "2026年11月21日 22:10"),
        "原始邮件",
        ("发自我的 iPhone", "获取 Outlook for Android", "从我的华为手机发送"),
        "本邮件及其附件含有保密信息，仅供收件人使用。",
    ),
)  # fmt: skip


def texts(words: Language) -> Iterator[tuple[str, str]]:
    """(kind, text) of every way to answer in plain text; what was written now is `own` and the closing."""
    now = f"{words.own}\n\n{words.closing}"
    quoted = "\n".join(f"> {line}" for line in words.history.split("\n"))
    older = "\n".join(f">> {line}" for line in words.own.split("\n"))
    for number, header in enumerate(words.wrote):
        yield f"quote {number}", f"{now}\n\n{header}\n\n{quoted}\n"
        yield f"quote without blank {number}", f"{now}\n{header}\n{quoted}"
        yield f"unmarked {number}", f"{now}\n\n{header}\n\n{words.history}\n"
        yield f"nested {number}", f"{now}\n\n{header}\n{quoted}\n> {header.splitlines()[0]}\n{older}\n"
        yield f"phone and quote {number}", f"{now}\n\n{words.phones[0]}\n\n{header}\n\n{quoted}\n"
    sender, sent, to, subject, date = words.labels
    block = f"{sender}: {BEN}\n{sent}: {date}\n{to}: Rosa Lind\n{subject}: RE: [#7] Hinge"
    bold = f"*{sender}:* {BEN}\n*{sent}:* {date}\n*{to}:* Rosa Lind\n*{subject}:* RE: [#7] Hinge"
    for name, head in (("plain", block), ("bold", bold), ("rule", f"{'_' * 32}\n{block}"), ("blank", f"\n\n{block}")):
        yield f"outlook {name}", f"{now}\n\n{head}\n\n{words.history}\n"
    yield "outlook old", f"{now}\n\n-----{words.original}-----\n{block}\n\n{words.history}"
    yield "original alone", f"{now}\n\n-------- {words.original} --------\n{words.history}"
    for phone in words.phones:
        yield f"phone {phone}", f"{now}\n\n{phone}\n"
        yield f"phone outlook {phone}", f"{now}\n\n{phone}\n{'_' * 32}\n{block}\n\n{words.history}"
    yield "signature", f"{now}\n\n-- \nRosa Lind\nLind Doors Ltd\n+49 30 1234567"
    yield "contact block", f"{now}\nLind Doors Ltd\nTel. +49 30 1234567\nwww.lind.example"
    yield "disclaimer", f"{now}\n\n{words.disclaimer}\n{words.disclaimer}"
    yield "signature and disclaimer", f"{now}\n\n-- \nRosa Lind\n\n{words.disclaimer}\n\n{words.wrote[0]}\n{quoted}"


def pages(words: Language) -> Iterator[tuple[str, str]]:
    """(kind, HTML) of the usual programs."""
    now = "".join(f"<div>{line}</div>" for line in f"{words.own}\n\n{words.closing}".split("\n") if line)
    history = "".join(f"<div>{line}</div>" for line in words.history.split("\n"))
    header = words.wrote[0].replace("<", "&lt;").replace(">", "&gt;")
    yield (
        "gmail",
        (
            f'<div dir="ltr">{now}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
            f'{header}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc">'
            f"{history}</blockquote></div>"
        ),
    )
    yield (
        "apple",
        (
            f'<html><body>{now}<div><br><blockquote type="cite"><div>{header}</div><br></blockquote></div>'
            f'<blockquote type="cite"><div>{history}</div></blockquote></body></html>'
        ),
    )
    yield "apple new", f'{now}<br><div>{header}</div><br><blockquote type="cite">{history}</blockquote>'
    yield (
        "thunderbird",
        (f'<p>{now}</p><div class="moz-cite-prefix">{header}<br></div><blockquote type="cite">{history}</blockquote>'),
    )
    yield from _outlook_and_others(words, now, header, history)


def _outlook_and_others(words: Language, now: str, header: str, history: str) -> Iterator[tuple[str, str]]:
    sender, sent, to, subject, date = words.labels
    block = (
        f"<b>{sender}:</b> Ben Okafor &lt;ben@example.com&gt;<br><b>{sent}:</b> {date}<br>"
        f"<b>{to}:</b> Rosa Lind<br><b>{subject}:</b> RE: Hinge"
    )
    yield (
        "outlook web",
        (
            f'<div>{now}</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg" dir="ltr">{block}'
            f"<div>&nbsp;</div></div><div>{history}</div>"
        ),
    )
    yield (
        "outlook",
        (
            f'<div class="WordSection1">{now}<div><div style="border:none;border-top:solid #E1E1E1 1.0pt">'
            f'<p class="MsoNormal">{block}</p></div></div><p class="MsoNormal">{history}</p></div>'
        ),
    )
    yield (
        "yahoo",
        (
            f'<div class="ydp-wrap">{now}</div><div id="ydp1yahoo_quoted_1" class="yahoo_quoted"><div>{header}</div>'
            f"<div>{history}</div></div>"
        ),
    )
    yield (
        "proton",
        (
            f'<div>{now}</div><div class="protonmail_quote">{header}<br><blockquote class="protonmail_quote">'
            f"{history}</blockquote></div>"
        ),
    )
