"""A reply as a mail: headers that thread and prove where answers belong, text and HTML, pictures and files."""

from channels_in.email.compose.letter import Letter, letter_of
from channels_in.email.compose.mime import Outgoing, compose, written

__all__ = ["Letter", "Outgoing", "compose", "letter_of", "written"]
