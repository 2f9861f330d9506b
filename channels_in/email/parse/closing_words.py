"""What stands below an answer in the languages of our customers: tables, nothing else."""

import re

SIGNATURE_MARK = re.compile(r"^(?:-- ?|—|––|__|-{3,4})$")
# "-Abhishek Kona" and "- roman" on a line of its own.
DASHED_NAME = re.compile(r"^-{1,2} ?[^\W\d_][\w.'’-]{0,30}(?: [^\W\d_][\w.'’-]{0,30}){0,2}\.?$")

PHONE_SIGNATURE = re.compile(
    r"^\W*(?:sent (?:from|via|with|using|by|wirelessly from) (?:my|the|yahoo|outlook|proton|mail|samsung|windows"
    r"|gmail|spark|a|an|android|iphone|ipad|blackberry|mobile|fairphone|k-9|sparrow|airmail|mailbox|galaxy|ios"
    r"|superhuman|front|newton|boxer|acompli|verizon|at&t|t-mobile|aol|zoho|fastmail|hey|edison|bluemail|canary"
    r"|thunderbird)\b.{0,80}|[^\W\d_]{2,20} from mobile|from my (?:iphone|ipad|phone|mobile|blackberry"
    r"|android).{0,20}|get outlook for .{2,40}|get \W?outlook for .{2,120}"
    r"|(?:diese nachricht wurde )?von meine[mr](?:/meiner)? .{2,60} gesendet.{0,40}|gesendet (?:von|mit|über"
    r"|aus) .{2,80}|(?:holen sie sich |laden sie )?outlook für (?:ios|android).{0,60}"
    r"|diese nachricht wurde .{2,60} gesendet.{0,40}|envoyé (?:de|depuis|à partir d|avec|sans fil|via).{2,80}"
    r"|(?:télécharger|obtenez?|obtenir) outlook pour .{2,60}|enviado (?:desde|do|de|a partir|via|pelo"
    r"|com) .{2,80}|(?:obtener|obtén|descargar) outlook para .{2,60}|(?:obter|obtenha"
    r"|baixar) o? ?outlook para .{2,60}|inviato (?:da|dal|con|tramite) .{2,80}|(?:ottieni"
    r"|scarica) outlook per .{2,60}|(?:verstuurd|verzonden) (?:vanaf|vanuit|met|via) .{2,80}"
    r"|(?:outlook voor (?:ios|android).{0,60})|(?:download|haal) outlook voor .{2,60}|wysłan[eoya] (?:z|ze"
    r"|przy użyciu|za pomocą) .{2,80}|(?:pobierz|uzyskaj) (?:aplikację )?outlook .{2,60}|отправлено (?:с|из"
    r"|через|от) .{2,80}|получить outlook для .{2,60}|скачать outlook .{2,60}|skickat från .{2,60}"
    r"|sendt fra .{2,60}|hämta outlook för .{2,60}|hent outlook til .{2,60}|lähetetty .{2,60}sta"
    r"|odesláno z .{2,60}|elküldve .{2,60}|(?:iphone|ipad|android|スマートフォン|.{2,20})から送信.{0,20}"
    r"|outlook for .{2,20}を入手.{0,60}|发自我的.{1,30}|從我的.{1,30}傳送|从我的.{1,30}发送|来自我的.{1,20}"
    r"|发自 ?.{1,30}|获取 ?.{0,12}outlook.{0,60}|나의 .{1,20}에서 보냄)\W*$",
    re.IGNORECASE,
)
# "Sent from my desk, is much easier than my mobile phone." is a sentence.
PHONE_SENTENCE = re.compile(
    r"(?!.*\bexcuse\b)\b(?:is|was|are|were|and|but|because|so|it|please|you|we)\b.{3,}", re.IGNORECASE
)

CLOSING = re.compile(
    r"^\W*(?:(?:with )?(?:many |best |kind(?:est)? |warm(?:est)? |sincere "
    r"|all the )?(?:thanks(?: and)?(?: (?:best|kind) )?|regards|best|wishes|cheers|thank you|thx|sincerely"
    r"|yours (?:sincerely|truly|faithfully)|respectfully|br|kr|rgds)(?: (?:in advance|again|very much|so much"
    r"|a lot|regards|and (?:best |kind )?regards|sincerely))?|(?:mit )?(?:freundliche[nm]?|beste[n]?|liebe[n]?"
    r"|viele[n]?|herzliche[nm]?|schöne[n]?|sonnige[n]?) (?:grü(?:ß|ss)en?|gruessen?|gru(?:ß|ss)"
    r"|dank)(?: aus .{2,30})?|(?:viele |liebe |beste )?grü(?:ß|ss)e?|gruß|mfg|lg|vg|hochachtungsvoll"
    r"|(?:bien )?(?:à vous|cordialement|amicalement)|(?:très |bien )?cordialement|(?:meilleures "
    r"|sincères )?salutations(?: distinguées)?|(?:bonne|belle) (?:journée|soirée|réception)|merci(?: d['’]avance"
    r"| beaucoup)?|respectueusement|(?:un |muchos )?(?:cordial(?:es)? )?saludos?(?: cordiales?)?|atentamente"
    r"|(?:muchas )?gracias|cordialmente|un abrazo|(?:cordiali|distinti|migliori) saluti|cordialmente"
    r"|(?:tante )?grazie(?: mille)?|buona giornata|saluti|(?:com os )?(?:melhores )?cumprimentos|atenciosamente"
    r"|att|abraços?|(?:muito )?obrigad[oa]|grat[oa]|(?:met |hartelijke |vriendelijke |mvg ?)*(?:vriendelijke "
    r"|hartelijke )?groet(?:en|jes)?|mvg|(?:alvast )?bedankt|dank u|(?:z )?(?:poważaniem|wyrazami szacunku)"
    r"|pozdrawiam(?: serdecznie)?|(?:serdecznie )?pozdrawiam|dziękuję|z pozdrowieniami|с уважением"
    r"|с наилучшими пожеланиями|всего доброго|спасибо|благодарю|med (?:vänlig|venlig|vennlig) (?:hälsning"
    r"|hilsen)(?:ar)?|mvh|hilsen|よろしくお願い(?:いた)?し(?:ます|たします)|以上|敬具|此致|敬礼|谢谢|祝好"
    r"|顺颂商祺|此致敬礼)[\s,.!;:。，！]*$",
    re.IGNORECASE,
)
# What only the block below a closing has: ways to reach somebody, firms, offices.
CONTACT_DETAIL = re.compile(
    r"(?<!\w)\+?\(?\d[\d ()/.-]{6,}\d|www\.|https?://|@[\w-]+\.|\b(?:tel|phone|fon|telefon|mobil|mobile|fax"
    r"|t[ée]l|cell|direct|office|skype|ust|vat|hrb|siret|nif|p\.?iva|gmbh|ltd|inc|llc|plc|ag|s\.?a\.?r?\.?l?"
    r"|s\.?p\.?a|b\.?v|sp\. z o\.?o|ооо|gmbh)\b|株式会社|有限公司|電話|电话",
    re.IGNORECASE,
)
DISCLAIMER = re.compile(
    r"^[\W_]*(?:(?:legal |privacy |e-?mail |confidentiality |important )?(?:disclaimer|notice)\s*:?\s*$"
    r"|(?:disclaimer|confidential(?:ity)?(?: notice| note| statement)?|privileged(?: and|/)? ?confidential"
    r"|legal notice|(?:important|privacy|private|sensitive|privileged) (?:notice|note|information))\s*[:\-–]"
    r"|(?:this|the information (?:contained )?in this|the contents? of this"
    r"|this (?:electronic )?)[\s-]*(?:e-?mail|message|communication|transmission)[^.]{0,200}\b(?:confidential"
    r"|privileged|intended (?:only|solely|for)|property of|legally)|if you (?:are not"
    r"|have received) (?:the intended|this (?:e-?mail|message) (?:in error|by mistake))|(?:please )?(?:consider"
    r"|think (?:of|about)) the environment before printing|(?:diese|die in dieser) (?:e-?mail"
    r"|nachricht)[^.]{0,200}(?:vertraulich|rechtlich geschützt|ausschließlich|bestimmt)|(?:der inhalt dieser"
    r"|die informationen in dieser) (?:e-?mail|nachricht)[^.]{0,160}vertraulich|(?:ce (?:message|courriel|mail"
    r"|courrier)|cet e-?mail|les informations contenues)[^.]{0,200}(?:confidenti|destin|strictement)|(?:este"
    r"|la información contenida en este) (?:correo|mensaje|e-?mail)[^.]{0,200}(?:confidencial|destin|exclusiv)"
    r"|(?:aviso (?:legal|de confidencial)|cláusula de confidencial|aviso de privacidad)|(?:questa (?:e-?mail"
    r"|comunicazione)|questo messaggio|le informazioni contenute)[^.]{0,200}(?:riservat|confidenzial|esclusiv)"
    r"|(?:esta mensagem|este e-?mail|as informações)[^.]{0,200}(?:confidenci|destin|exclusiv)"
    r"|(?:dit (?:e-?mail)?bericht|deze e-?mail|de informatie)[^.]{0,200}(?:vertrouwelijk|uitsluitend|bestemd)"
    r"|(?:ta wiadomość|niniejsz[ay] (?:wiadomość|e-?mail)|treść tej)[^.]{0,200}(?:poufn|przeznaczon|adresat)"
    r"|(?:это сообщение|данное (?:сообщение|письмо)|настоящее (?:сообщение|письмо))[^.]{0,200}(?:конфиденц"
    r"|предназнач)|(?:本邮件|此邮件|本電子郵件|本メール|このメール|このEメール)[^。]{0,100}(?:机密|保密|機密"
    r"|秘密|仅供|宛先|意図))",
    re.IGNORECASE,
)
# What gateways write above a mail from outside; nobody who wrote to us said it.
BANNER = re.compile(
    r"^[\W_]*(?:(?:caution|warning|external(?: e-?mail| sender| message)?|achtung|warnung|vorsicht|attention"
    r"|avertissement|precaución|atención|attenzione|atenção|let op|waarschuwing|uwaga|внимание|注意)\b"
    r"[\W_]{1,6}.{0,120}(?:outside|external|extern|extérieur|esterno|außerhalb|zewnętrz|внешн|外部|(?:click|klicken|clic).{0,20}lin[kq])"
    r"|this (?:e-?mail|message) (?:originated|was sent|came|is) from (?:outside|an external)"
    r"|you don'?t often get e-?mail from|sie erhalten nicht (?:oft|häufig) e-?mails? von)",
    re.IGNORECASE,
)
