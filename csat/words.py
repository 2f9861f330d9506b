"""The words that customers read, by language; what a survey asks may be its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FALLBACK = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`scores` are the names of 1 to 5; `request` asks for a click, `link` for a visit of the page."""

    question: str
    request: str
    link: str
    scores: tuple[str, str, str, str, str]
    comment: str
    send: str
    choose: str
    thanks: str
    thanks_low: str
    change: str
    change_until: str
    expired: str
    expired_more: str
    unknown: str
    unknown_more: str
    your_rating: str


_EN = Words(
    question="How did we do?",
    request="Your request is done. Please tell us with one click how we did:",
    link="Your request is done. Please tell us how we did:",
    scores=("Very bad", "Bad", "All right", "Good", "Very good"),
    comment="Would you like to tell us why?",
    send="Send",
    choose="Please choose one of the five.",
    thanks="Thank you for your answer.",
    thanks_low="Thank you for telling us. We are sorry; somebody of our team will get in touch with you.",
    change="Change my answer",
    change_until="You can change it for a day.",
    expired="This question has been closed.",
    expired_more="Too much time has passed to rate it. You can always write to us.",
    unknown="We do not know this link.",
    unknown_more="Perhaps it was not copied whole. Open it again from our message.",
    your_rating="Your answer",
)
_DE = Words(
    question="Wie zufrieden waren Sie mit uns?",
    request="Ihr Anliegen ist erledigt. Bitte sagen Sie uns mit einem Klick, wie es war:",
    link="Ihr Anliegen ist erledigt. Bitte sagen Sie uns, wie es war:",
    scores=("Sehr schlecht", "Schlecht", "In Ordnung", "Gut", "Sehr gut"),
    comment="Möchten Sie uns sagen, warum?",
    send="Absenden",
    choose="Bitte wählen Sie eine der fünf Antworten.",
    thanks="Vielen Dank für Ihre Antwort.",
    thanks_low="Danke, dass Sie uns das sagen. Es tut uns leid; jemand aus unserem Team wird sich bei Ihnen melden.",
    change="Antwort ändern",
    change_until="Sie können sie noch einen Tag lang ändern.",
    expired="Diese Frage ist geschlossen.",
    expired_more="Es ist zu viel Zeit vergangen. Schreiben können Sie uns jederzeit.",
    unknown="Diesen Link kennen wir nicht.",
    unknown_more="Vielleicht wurde er nicht ganz kopiert. Öffnen Sie ihn noch einmal aus unserer Nachricht.",
    your_rating="Ihre Antwort",
)
_FR = Words(
    question="Êtes-vous satisfait de notre aide ?",
    request="Votre demande est terminée. Dites-nous en un clic ce que vous en pensez :",
    link="Votre demande est terminée. Dites-nous ce que vous en pensez :",
    scores=("Très mal", "Mal", "Correct", "Bien", "Très bien"),
    comment="Voulez-vous nous dire pourquoi ?",
    send="Envoyer",
    choose="Choisissez l’une des cinq réponses.",
    thanks="Merci de votre réponse.",
    thanks_low="Merci de nous l’avoir dit. Nous sommes désolés ; quelqu’un de notre équipe va vous contacter.",
    change="Modifier ma réponse",
    change_until="Vous pouvez la modifier pendant un jour.",
    expired="Cette question est close.",
    expired_more="Trop de temps a passé. Vous pouvez toujours nous écrire.",
    unknown="Nous ne connaissons pas ce lien.",
    unknown_more="Il n’a peut-être pas été copié en entier. Ouvrez-le de nouveau depuis notre message.",
    your_rating="Votre réponse",
)
_ES = Words(
    question="¿Qué tal lo hemos hecho?",
    request="Su consulta está resuelta. Díganos con un clic qué le ha parecido:",
    link="Su consulta está resuelta. Díganos qué le ha parecido:",
    scores=("Muy mal", "Mal", "Correcto", "Bien", "Muy bien"),
    comment="¿Quiere decirnos por qué?",
    send="Enviar",
    choose="Elija una de las cinco respuestas.",
    thanks="Gracias por su respuesta.",
    thanks_low="Gracias por decírnoslo. Lo sentimos; alguien de nuestro equipo se pondrá en contacto con usted.",
    change="Cambiar mi respuesta",
    change_until="Puede cambiarla durante un día.",
    expired="Esta pregunta está cerrada.",
    expired_more="Ha pasado demasiado tiempo. Siempre puede escribirnos.",
    unknown="No conocemos este enlace.",
    unknown_more="Quizá no se copió entero. Ábralo de nuevo desde nuestro mensaje.",
    your_rating="Su respuesta",
)

WORDS: Mapping[str, Words] = {"en": _EN, "de": _DE, "fr": _FR, "es": _ES}
LANGUAGE_NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}


def spoken(language: str) -> str:
    """The language that we answer in: "de-AT" is "de", what we do not speak is English."""
    short = language.lower().replace("_", "-").partition("-")[0]
    return short if short in WORDS else FALLBACK


def words_in(language: str) -> Words:
    return WORDS[spoken(language)]


def question_in(questions: Mapping[str, str], language: str) -> str:
    """The survey's own question, or ours: never a question in a language that the customer does not read."""
    return questions.get(spoken(language)) or words_in(language).question


def named(scale: str, score: int, language: str) -> str:
    """A score as a line of text says it, such as "5 · Very good"."""
    mark = "★" * score if scale == "stars" else str(score)
    return f"{mark} · {words_in(language).scores[score - 1]}"
