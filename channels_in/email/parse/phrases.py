"""How mail programs introduce what they quote, in the languages of our customers: tables, nothing else.

English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Japanese, Chinese, and the
Nordic ones where they cost nothing.
"""

import re

_WROTE = """wrote|writes|schrieb|schreibt|schrieben(?: sie)?|geschrieben|a [ée]crit|[ée]crit|escribi[óo]|escribe
|ha scritto|scrive|escreveu|schreef|geschreven|napisał\\(a\\)|napisała?|pisze|написала?(?:\\(а\\))?|пишет|писала?|пише
|skrev|kirjoitti|yazdı|şunları yazdı|napsala?|odesílatel|ezt írta|írta|đã viết|작성|님이 작성하였습니다|写道|寫道
|さんは書きました|さんのメッセージ|のメッセージ|は書きました|のメール"""

# "On Mon, 2 Feb 2026 at 10:00, Ann <ann@example.net> wrote:" after its lines are joined; what makes it one is
# checked beside it: a colon at the end, and a digit or an address inside.
WROTE_LINE = re.compile(
    rf"(?:.*\b|.*)(?:{_WROTE})(?:\b.{{0,120}})?\s?[:：]\s*$".replace("\n", ""), re.IGNORECASE | re.DOTALL
)
# The same in any language: an address in brackets and a time of day, and a colon at the end.
ADDRESS_IN_BRACKETS = re.compile(r"<\s?[^<>\s@]+@[^<>\s]+>")
TIME_OF_DAY = re.compile(r"(?<!\d)[0-2]?\d(?:[:.][0-5]\d(?!\d)|\s?[hH時点])")
# What such a header begins with; only needed to find its first line when it was wrapped.
OPENER = re.compile(
    r"^[-*_\s]*(?:(?:on|am|le|el|il|em|op|w dniu|dnia|dne|den|på|in (?:a )?message(?: dated)?|at|vào|kl|a"
    r"|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|пн|вт|ср|чт|пт|сб|вс|pon|wt|śr|czw|pt|sob|niedz)\b"
    r"|[^\W\d_]{2,4}\.? \d{1,2}\. \w{3,12}|\d{1,4}[./年-]\s?\d{1,2}[./月-]|\d{1,2} \w{3,12}\.? \d{4}|在|于|於)",
    re.IGNORECASE,
)
# How a header ends that lost its colon.
BARE_ENDS = ("wrote", "schrieb", "écrit", "escribió", "scritto", "escreveu", "geschreven")
# A date with its year, in figures or words; what makes "On 3 March I wrote:" different from a header.
FULL_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)")
WRAP_LINES = 4
WRAP_CHARACTERS = 600

# "-----Original Message-----" and kin: all below is history.
SEPARATOR = re.compile(
    r"^\W*(?:on \S.{8,250} wrote|\S.{1,80} (?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef)"
    r"|reply message|antwort ?nachricht|oprindelig besked|vastausviesti"
    r"|original (?:message|appointment|e?-?mail)|ursprüngliche nachricht|originalnachricht|original-nachricht"
    r"|message d['’]origine|message original|mensaje original|messaggio originale|mensagem original"
    r"|oorspronkelijk bericht|originele bericht|wiadomość oryginalna|oryginalna wiadomość|исходное сообщение"
    r"|оригинальное сообщение|ursprungligt meddelande|oprindelig meddelelse|original melding|alkuperäinen viesti"
    r"|元のメッセージ|元のメール|原始邮件|原始郵件|原邮件)\W*$",
    re.IGNORECASE,
)
SEPARATOR_FRAME = re.compile(r"^[>\s*]*(?:-{2,}|_{2,}|={2,}|~{2,})|(?:-{2,}|={2,})\s*$")

# Below these stands what the sender wants to be read.
FORWARD = re.compile(
    r"^\W*(?:forwarded message|begin forwarded message|weitergeleitete nachricht"
    r"|anfang der weitergeleiteten nachricht|message transféré|début du message (?:transféré|réexpédié)"
    r"|mensaje reenviado|inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato"
    r"|mensagem encaminhada|início da mensagem (?:encaminhada|reenviada)|doorgestuurd bericht"
    r"|begin doorgestuurd bericht|przekazana wiadomość|wiadomość napisana przez|пересылаемое сообщение"
    r"|пересланное сообщение|начало переадресованного сообщения|転送されたメッセージ|転送メッセージ|转发的邮件"
    r"|轉寄的郵件|forwarded by .{1,80})\W*$",
    re.IGNORECASE,
)

FROM, DATE, TO, SUBJECT = "from", "date", "to", "subject"
_LABELS = {
    FROM: """from|von|de|da|van|od|от|от кого|отправитель|från|fra|lähettäjä|feladó|kimden|보낸 ?사람|từ
|差出人|送信者|送信元|发件人|發件人|寄件者|寄件人|发送人""",
    DATE: """sent|date|sent on|gesendet|gesendet am|datum|envoy[ée](?: le)?|date d['’]envoi|enviado(?: el| em)?
|enviada(?: em)?|fecha|inviato|inviata|data|verzonden|wysłano|wysłane|отправлено|дата|skickat|sendt|dato|lähetetty
|odesláno|küldve|dátum|gönderildi|보낸 ?날짜|送信日時|日時|日付|发送时间|發送時間|发送日期|日期|时间""",
    TO: "to|an|à|a|para|aan|do|кому|till|til|vastaanottaja|komu|címzett|kime|받는 ?사람|宛先|收件人|收件者",
    SUBJECT: """subject|betreff|objet|asunto|oggetto|assunto|onderwerp|temat|тема|ämne|emne|aihe|předmět|tárgy|konu|제목
|件名|主题|主旨|主題""",
}
HEADER_LINE = re.compile(
    (
        r"^[>\s*_|]{0,6}(?:"
        + "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items())
        + r")\s?\*?\s?[:：]\*?\s*(?P<value>\S.*)?$"
    ).replace("\n", ""),
    re.IGNORECASE,
)

# Outlook on one line: "From: a@b.c Sent: Monday, 2 March 2026 10:00 To: ..."
ONE_LINE_BLOCK = re.compile(
    r"^[\s*_|]{0,4}(?:from|von|de|da|van|od|от|från|fra)\s?\*?\s?:.{3,300}?[\s*](?:sent|date|gesendet|datum"
    r"|envoyé|enviado|fecha|inviato|data|verzonden|wysłano|отправлено|дата|skickat|sendt)\s?\*?\s?:.{0,40}\d",
    re.IGNORECASE,
)
# "my words On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:": the answer shares a line with the header.
SHARED_LINE = re.compile(
    r"^(?P<own>.{0,400}?\S)\s*(?:-{2,}\s*)?(?<![\w\"'(])(?:On|Am|Le|El|Il|Em|Op|W dniu|Den|Dnia) (?=[^:]{0,60}\d)"
    rf"[^<>]{{5,200}}(?:<[^<>]{{3,120}}>)?[^<>]{{0,40}}\b(?:{_WROTE})\b.{{0,100}}[:：]\s*-*$".replace("\n", "")
)
# "2011/4/7 Nathan <a@b.c>" and "Nathan <a@b.c> (2011-04-07 10:00)" right above a quote.
BARE_HEADER = re.compile(
    r"^\W{0,3}(?:\d{1,4}[./年-]\d{1,2}[./月-].{0,120}<[^<>\s]+@[^<>\s]+>|.{1,80}<[^<>\s]+@[^<>\s]+> ?\(.{0,40}\d\))$"
)
# "On Tue, Apr 11, 2017 at 10:07 PM John Smith", with blank lines before the rest.
STRONG_OPENER = re.compile(r"^(?:On|Am|Le|El|Il|Em|Op|W dniu|Den|Dnia) (?=.{0,60}\d{1,2}[:.h]\d\d).{8,120}$")
WROTE_END = re.compile(rf"^[>\s]{{0,4}}(?:.{{0,80}}\b)?(?:{_WROTE})\s?[:：]\s*$".replace("\n", ""), re.IGNORECASE)
# What is left of a link that a mail program broke inside a quote.
BROKEN_LINK = re.compile(r"^\s?(?:[(<]\s?https?://\S+|\S*[=&?/%_.-]\S*[)>])(?:\s?[)>])*\s*$")

ABOVE_THIS_LINE = re.compile(
    r"^\W*(?:original message processed by .{2,60}$)|^\W*(?:please )?(?:type|write|enter"
    r"|add)? ?(?:your )?(?:reply|answer|antwort|réponse|respuesta)s? (?:above|over|oberhalb|au-dessus|encima)",
    re.IGNORECASE,
)
RULE_LINE = re.compile(r"^\s*(?:_{5,}|-{5,}|={5,}|\*{5,}|—{3,}|-{2,} ?\*? ?-{2,})\s*$")
LIST_FOOTER = re.compile(
    r"mailing list|listinfo|unsubscribe|list archives|manage (?:your )?subscription", re.IGNORECASE
)
