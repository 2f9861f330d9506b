"""How mail systems say in words that a mail did not arrive: tables, nothing else."""

import re

# Who writes such mails, and under which subjects; either is reason enough to look closer, none is proof.
SYSTEM_SENDER = re.compile(
    r"^(mailer[-_.]?daemon|mail[-_.]?(?:delivery|daemon|system|er)|post(?:master|office)|bounces?\b|mmdf|uucp"
    r"|listserv|mailsys|mdaemon|smtpd?@|daemon@|deliver(?:y|er)|microsoftexchange|mta@|undeliverable"
    r"|non-?delivery|email-?daemon)",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"undeliver|non[- ]?delivery|user unknown|unknown user|unable to deliver|delivery (?:status|failure|failed"
    r"|failing|has failed|problem|notification|error|report|incomplete|unsuccessful|delayed|attempt)"
    r"|returned (?:mail|e-?mail|message|to sender)|mail (?:delivery|system error|failure|not delivered"
    r"|could not)|failure (?:notice|delivery)|failed mail|could not (?:be )?(?:deliver|send)"
    r"|couldn'?t be delivered|cannot be delivered|not delivered|message status|non[- ]?remis|échec|unzustellbar"
    r"|nicht zugestellt|nicht zustellbar|zustellung|rücksendung|mail delayed|message (?:delayed|not delivered"
    r"|returned|rejected|failure|could not)|bounce|no (?:se ha )?(?:entregad|entregue|pudo)|não (?:foi )?entreg"
    r"|devuelt|devolu[çc]|error de entrega|mancat[oa] (?:recapito|consegna)|non recapitat|niet (?:bezorgd"
    r"|besteld|afgeleverd)|onbestelbaar|nie dostarczono|niedostarczon|zwrot poczty|не доставлен|недоставлен"
    r"|не удалось доставить|возврат|配信(?:不能|できません|エラー|の状態)|送信できません|退信|退回|投递失败"
    r"|无法(?:投递|送达)|郵件傳遞|系统退信|warning: (?:could not|message)|problem delivering|rejected (?:mail"
    r"|posting|message)|nondeliverable|email (?:error|problem|bounce)|delivery to .{1,80} (?:failed|delayed)"
    r"|permanent error|address (?:not found|error|change)",
    re.IGNORECASE,
)

# Words near the address that did not get the mail.
FAILURE = re.compile(
    r"(?:user|recipient|mailbox|address|account|host|domain|person|name|alias)s?\b.{0,60}\b(?:unknown|not found"
    r"|unavailable|disabled|inactive|suspended|invalid|rejected|does(?: not|n'?t) exist|do not exist|not exist"
    r"|not listed|no longer|not valid|not known|not recogni[sz]ed|full|over quota|expired|ambiguous|not local"
    r"|not our customer|deactivated)|no such (?:user|person|recipient|mailbox|address|account|domain|host|name)"
    r"|unknown (?:user|recipient|local|address|host|account|or illegal|mailbox)|invalid (?:recipient|user"
    r"|address|mailbox|final delivery)|not a (?:valid|known) |undeliver|un(?:able|sent) to (?:be )?(?:deliver"
    r"|send|relay|route)|not (?:be |been )?(?:delivered|sent|reached)|(?:delivery|delivering|deliver"
    r"|transmission) (?:has |have )?(?:to .{1,80} )?(?:fail|error|unsuccessful|attempt|problem)|fail(?:ed|ure"
    r"|s)\b|permanent (?:fatal )?error|fatal error|could(?: not|n'?t) be (?:found|delivered|sent|reached"
    r"|located)|over ?(?:quota|limit)|quota (?:exceeded|full)|exceed(?:ed|s)? .{0,40}(?:quota|limit|size)"
    r"|mailbox .{0,20}full|relay(?:ing)? (?:access |not |is |was )?(?:denied|prohibited|permitted|allowed)"
    r"|access denied|rejected|refused|bounced|not accept(?:ing|ed)|blocked|spam|unsolicited|does(?: not"
    r"|n'?t) (?:have|like|exist)|isn'?t (?:valid|known|active)|nicht (?:zugestellt|zustellbar|erreich|gefunden"
    r"|existiert|vergeben)|unbekannt(?:e[rn]?)? |existiert nicht|n['’](?:a pas (?:pu )?(?:été|être)|existe pas)"
    r"|introuvable|destinataire|no (?:se )?pudo|no existe|no (?:fue|ha sido)|não (?:foi|pôde|existe)|inexistente"
    r"|non (?:è stato|esiste|può|valido)|sconosciuto|niet (?:worden|bezorg|bekend|bestaat)|bestaat niet"
    r"|nie (?:istnieje|została|znaleziono|można)|не (?:найден|существует|доставлен|удалось)|неизвестн|отклонено"
    r"|存在しません|見つかりません|配信できません|エラー|不存在|无法|失败|拒绝",
    re.IGNORECASE,
)
STILL_TRYING = re.compile(
    r"(?:not|n't) (?:need|have) to (?:resend|send)|still (?:trying|being|attempt|undelivered|queued|in the)"
    r"|(?:delivery )?attempts? will (?:be|continue)|(?:will|is going to) (?:continue|keep|be) (?:to )?(?:try|retr)"
    r"|has (?:not yet|been delayed)|been delayed|is delayed|warning (?:message )?only|this is (?:only )?a warning"
    r"|no action is required|temporarily|will retry|wird weiter(?:hin)? versucht|verzögert|sera (?:à nouveau|retent)"
    r"|seguirá intentando|retras",
    re.IGNORECASE,
)
GAVE_UP = re.compile(
    r"giv(?:en|ing) up|permanent|will not (?:be )?(?:retr|try)|no further attempt|too (?:old|long)|returned to sender"
    r"|retry time(?:out)?(?: not reached| exceeded)|expired|could not be delivered for",
    re.IGNORECASE,
)
# Where the mail that came back begins; nothing below is about the failure.
RETURNED_MAIL = re.compile(
    r"^[\s>*|]*(?:-{2,}|_{2,}|={2,}|\*{2,})?[\s:]*(?:this is a copy of (?:the|your) (?:message|mail|headers)"
    r"|below this line is a copy|original (?:message|mail|headers?)|(?:the )?(?:header|text|body|content"
    r"|copy)s? of (?:the|your) (?:original |returned |unsent |undelivered )?(?:message|mail)|returned (?:message"
    r"|mail|header)|undelivered message|unsent message|message (?:header|text|body) follows"
    r"|(?:your )?(?:original )?message (?:follows|reads|begins)|start of (?:the )?(?:returned|original)"
    r"|included is a copy|ursprüngliche nachricht|message d.origine|received: (?:from|by)\b|return-path:"
    r"|x-original-to:|mensaje original|messaggio originale)",
    re.IGNORECASE | re.MULTILINE,
)
HEADER_OF_RETURNED = re.compile(r"^[\s>]*(?:from|reply-to|sender|cc|message-id|in-reply-to|references|x-[\w-]+):", re.I)
# Addresses in bounces that are nobody's mailbox.
OFFICIAL = re.compile(
    r"^(?:mailer-daemon|postmaster|abuse|support|help(?:desk)?|hostmaster|admin(?:istrator)?|root)@", re.I
)

# Challenge and response: "prove that you are human, and your mail will be delivered".
CHALLENGE_HEADERS = (
    "x-bluebottle-request", "x-boxbe-request", "x-spamarrest-noauth", "x-spamarrest-probe", "x-tmda-confirm",
    "x-tmda-fingerprint", "x-ask-auth", "x-ask-version", "x-qconfirm", "x-knowspam", "x-mailblocks-request",
    "x-uol-antispam", "x-spamlion", "x-vanquish",
)  # fmt: skip
CHALLENGE = re.compile(
    r"add yourself to (?:my|the|our) |guest list|wait-?list|(?:message|mail) (?:has been|was|is) wait-?listed|"
    r"(?:account|mailbox|inbox|address|e-?mail|i am|i'm|is|uses?|using) (?:is )?(?:being )?protected by|to (?:be"
    r"|get) added to .{0,40}(?:allowed|approved|guest|white|contact)s? ?list|(?:sender|email"
    r"|address) (?:verification|confirmation) (?:required|request)|verify (?:that )?you(?:'re"
    r"| are) (?:a (?:real )?(?:person|human)|not a)|confirm (?:that )?you(?:'re| are|r) (?:a (?:real )?(?:person"
    r"|human)|not a|address|email|message|sent)|(?:click|follow|visit|use) .{0,60}(?:link|url"
    r"|address).{0,80}(?:deliver|confirm|verif|release|approve)|requires? (?:sender )?confirmation"
    r"|waiting for (?:your )?(?:approval|verification|confirmation)|prove (?:that )?you(?:'re| are) (?:a )?human"
    r"|one[- ]time (?:verification|confirmation)|(?:message|email|mail) is (?:waiting|being held|on hold"
    r"|quarantined) (?:until|pending|for)",
    re.IGNORECASE,
)
CHALLENGE_SUBJECT = re.compile(
    r"verif(?:y|ication)|confirm|action required|challenge|protected by|waiting for|approval|spam ?arrest|boxbe"
    r"|human|guest list|wait-?list|message (?:to|about) .{1,80} (?:is|was|has)",
    re.IGNORECASE,
)
