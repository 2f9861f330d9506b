"""Phone numbers as they are written internationally: a pure reading of what people type."""

from __future__ import annotations

import phonenumbers

from core.errors import Invalid

_DEAR = (
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.UAN,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
)
# Numbers of no country: satellites and networks of their own, but for those that are free everywhere (800).
_NO_COUNTRY, _FREE_EVERYWHERE = "001", 800


def normal_phone(text: str, *, region: str = "") -> str:
    """+4930123456 of "+49 (30) 12 34 56"; a number without its country needs a `region` such as DE."""
    try:
        number = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        hint = "Enter a phone number with its country, such as +49 30 123456."
        raise Invalid(hint, fields={"phone": hint}, word="call_number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def number_to_call(text: str, *, region: str = "") -> str:
    """The same for what a stranger types: a number that exists, and none that costs the desk a fortune to call."""
    phone = normal_phone(text, region=region)
    number = phonenumbers.parse(phone, None)
    if not phonenumbers.is_valid_number(number) or _is_dear(number):
        raise uncallable()
    return phone


def uncallable() -> Invalid:
    """The same words whatever is the matter with a number: they tell a stranger nothing about it."""
    hint = "We cannot call this number. Enter another one with its country, such as +49 30 123456."
    return Invalid(hint, fields={"phone": hint}, word="call_number")


def _is_dear(number: phonenumbers.PhoneNumber) -> bool:
    if phonenumbers.region_code_for_country_code(number.country_code or 0) == _NO_COUNTRY:
        return number.country_code != _FREE_EVERYWHERE
    return phonenumbers.number_type(number) in _DEAR


def in_words(phone: str) -> str:
    """+49 30 123456, as people read it; what is no number stays as it is."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
