"""How mail programs introduce what they quote, in the languages of our customers: tables, nothing else.

English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Japanese, Chinese, and the
Nordic ones where they cost nothing.
"""

import re

_WROTE = """wrote|writes|schrieb|schreibt|geschrieben|a [ée]crit|[ée]crit|escribi[óo]|escribe|ha scritto|scrive
|escreveu|schreef|geschreven|napisał\\(a\\)|napisała?|pisze|написала?(?:\\(а\\))?|пишет|писала?|skrev|kirjoitti|yazdı
|写道|寫道|さんは書きました|さんのメッセージ|は書きました|のメール|wrote"""

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
    r"^[-*_\s]*(?:(?:on|am|le|el|il|em|op|w dniu|dnia|den|in a message dated|at|vào|kl|a"
    r"|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|пн|вт|ср|чт|пт|сб|вс|pon|wt|śr|czw|pt|sob|niedz)\b"
    r"|\d{1,4}[./年-]\s?\d{1,2}[./月-]|\d{1,2} \w{3,12}\.? \d{4}|在|于|於)",
    re.IGNORECASE,
)
WRAP_LINES = 4
WRAP_CHARACTERS = 600

# "-----Original Message-----" and kin: all below is history.
SEPARATOR = re.compile(
    r"^\W*(?:on \S.{8,250} wrote"
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
    r"^\W*(?:forwarded message|begin forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht"
    r"|message transféré|début du message (?:transféré|réexpédié)|mensaje reenviado|inicio del mensaje reenviado"
    r"|messaggio inoltrato|inizio messaggio inoltrato|mensagem encaminhada|início da mensagem (?:encaminhada|reenviada)"
    r"|doorgestuurd bericht|begin doorgestuurd bericht|przekazana wiadomość|wiadomość napisana przez"
    r"|пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения|転送されたメッセージ"
    r"|転送メッセージ|转发的邮件|轉寄的郵件|forwarded by .{1,80})\W*$",
    re.IGNORECASE,
)

FROM, DATE, TO, SUBJECT = "from", "date", "to", "subject"
_LABELS = {
    FROM: """from|von|de|da|van|od|от|от кого|отправитель|från|fra|lähettäjä
|差出人|送信者|送信元|发件人|寄件者|寄件人|发送人""",
    DATE: """sent|date|gesendet|datum|envoy[ée]|date d['’]envoi|enviado(?: el| em)?|enviada(?: em)?|fecha|inviato|data
|verzonden|wysłano|wysłane|отправлено|дата|skickat|sendt|lähetetty|送信日時|日時|日付|发送时间|發送時間|发送日期|日期|时间""",
    TO: "to|an|à|a|para|aan|do|кому|till|til|vastaanottaja|宛先|收件人|收件者",
    SUBJECT: """subject|betreff|objet|asunto|oggetto|assunto|onderwerp|temat|тема|ämne|emne|aihe|件名|主题|主旨|主題""",
}
HEADER_LINE = re.compile(
    (
        r"^[>\s*_|]{0,4}(?:"
        + "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items())
        + r")\s?\*?\s?[:：]\*?\s*(?P<value>\S.*)?$"
    ).replace("\n", ""),
    re.IGNORECASE,
)

ABOVE_THIS_LINE = re.compile(
    r"^\W*(?:please )?(?:type|write|enter|add)? ?(?:your )?(?:reply|answer|antwort|réponse|respuesta)s? "
    r"(?:above|over|oberhalb|au-dessus|encima)",
    re.IGNORECASE,
)
RULE_LINE = re.compile(r"^\s*(?:_{5,}|-{5,}|={5,}|\*{5,}|—{3,}|-{2,} ?\*? ?-{2,})\s*$")
LIST_FOOTER = re.compile(
    r"mailing list|listinfo|unsubscribe|list archives|manage (?:your )?subscription", re.IGNORECASE
)

SIGNATURE_MARK = re.compile(r"^(?:-- ?|—|––|__)$")
PHONE_SIGNATURE = re.compile(
    r"^\W*(?:sent (?:from|via|with|using) (?:my|the|yahoo|outlook|proton|mail|samsung|windows|gmail|spark|a|an|android"
    r"|iphone|ipad|blackberry|mobile|fairphone|k-9)\b.{0,60}|get outlook for (?:ios|android).{0,40}"
    r"|(?:diese nachricht wurde )?von meine[mr] .{2,40} gesendet.{0,40}|gesendet (?:von|mit|über|aus) .{2,60}"
    r"|(?:holen sie sich )?outlook für (?:ios|android).{0,30}|envoyé (?:de|depuis|à partir d|avec) .{2,60}"
    r"|télécharger outlook pour .{2,30}|enviado (?:desde|do|de|a partir|via) .{2,60}|obtener outlook para .{2,30}"
    r"|obter o outlook para .{2,30}|inviato (?:da|dal) .{2,60}|ottieni outlook per .{2,30}"
    r"|verstuurd (?:vanaf|vanuit|met|via) .{2,60}|verzonden (?:vanaf|vanuit|met|via) .{2,60}"
    r"|(?:outlook voor (?:ios|android) downloaden)|wysłan[eoy] z .{2,60}|отправлено (?:с|из) .{2,60}"
    r"|skickat från .{2,60}|sendt fra .{2,60}|lähetetty .{2,60}sta"
    r"|(?:iphone|ipad|android|スマートフォン)から送信.{0,20}"
    r"|发自我的.{1,30}|從我的.{1,30}傳送|来自我的.{1,20}|发自 ?.{1,30})\W*$",
    re.IGNORECASE,
)
