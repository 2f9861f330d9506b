"""What the visitor of a chat is told when nobody answers, by language. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
FALLBACK = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`mail` where an address is known, `leave` where it is not; `within` takes a span such as "2 hours"."""

    mail: str
    leave: str
    within: str
    units: Mapping[int, tuple[str, str]]


WORDS: Mapping[str, Words] = {
    "en": Words(
        mail="Sorry, nobody is free right now. Your message is with us, and we answer by e-mail{within}.",
        leave="Sorry, nobody is free right now. Your message is with us. Leave your e-mail address, and we answer"
        " there{within}.",
        within=", usually within {span}",
        units={_DAY: ("day", "days"), _HOUR: ("hour", "hours"), _MINUTE: ("minute", "minutes")},
    ),
    "de": Words(
        mail="Leider ist gerade niemand frei. Ihre Nachricht ist angekommen, und wir antworten per E-Mail{within}.",
        leave="Leider ist gerade niemand frei. Ihre Nachricht ist angekommen. Hinterlassen Sie Ihre E-Mail-Adresse,"
        " und wir antworten dort{within}.",
        within=", meist innerhalb von {span}",
        units={_DAY: ("Tag", "Tagen"), _HOUR: ("Stunde", "Stunden"), _MINUTE: ("Minute", "Minuten")},
    ),
    "fr": Words(
        mail="Désolés, personne n’est libre pour le moment. Votre message est bien arrivé, et nous répondrons par"
        " e-mail{within}.",
        leave="Désolés, personne n’est libre pour le moment. Votre message est bien arrivé. Laissez votre adresse"
        " e-mail, et nous y répondrons{within}.",
        within=", en général dans les {span}",
        units={_DAY: ("jour", "jours"), _HOUR: ("heure", "heures"), _MINUTE: ("minute", "minutes")},
    ),
    "es": Words(
        mail="Lo sentimos, ahora no hay nadie libre. Su mensaje nos ha llegado, y respondemos por correo{within}.",
        leave="Lo sentimos, ahora no hay nadie libre. Su mensaje nos ha llegado. Deje su dirección de correo, y"
        " respondemos allí{within}.",
        within=", normalmente en {span}",
        units={_DAY: ("día", "días"), _HOUR: ("hora", "horas"), _MINUTE: ("minuto", "minutos")},
    ),
}  # fmt: skip


def words_for_left(language: str, *, has_address: bool, seconds: int | None) -> str:
    """`seconds`: how soon an answer is likely; None while nobody can tell."""
    words = WORDS.get(language.lower().replace("_", "-").partition("-")[0], WORDS[FALLBACK])
    within = words.within.format(span=_span(seconds, words)) if seconds else ""
    return (words.mail if has_address else words.leave).format(within=within)


def span_in(language: str, seconds: int) -> str:
    """ "2 hours", after a word such as "within"."""
    return _span(seconds, WORDS[language])


def _span(seconds: int, words: Words) -> str:
    size = next((size for size in words.units if seconds > size), _MINUTE)
    count = max(math.ceil(seconds / size), 1)
    one, many = words.units[size]
    return f"{count} {one if count == 1 else many}"
