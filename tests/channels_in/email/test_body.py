"""Bodies: the right form, every charset, every nesting, all files; nothing lost and nothing raised."""

import base64
import time

import pytest

from channels_in.email.parse import ParsedMail, parse
from channels_in.email.parse.charset import decode
from tests.channels_in.email.samples import mail, multipart, parsed, with_crlf

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def of(kind: str, *parts: str) -> ParsedMail:
    content_type, body = multipart(kind, *parts)
    return parsed(body, content_type=content_type)


def test_plain_text_is_taken_as_it_is() -> None:
    read = parsed("Hello  there \n\nBye\n")
    assert (read.text, read.html, read.problems) == ("Hello  there\n\nBye", "", ())


def test_html_alone_yields_its_text_too() -> None:
    read = parsed("<p>Hello <b>you</b></p><script>x</script>", content_type="text/html")
    assert (read.text, read.html) == ("Hello you", "<p>Hello <b>you</b></p>")


def test_html_that_claims_to_be_plain_is_shown_as_html() -> None:
    assert parsed("<!DOCTYPE html><html><p>Hi</p></html>").html == "<p>Hi</p>"


def test_alternatives_are_one_body() -> None:
    read = of("alternative", "Content-Type: text/plain\n\nplain", "Content-Type: text/html\n\n<p>rich</p>")
    assert (read.text, read.html) == ("plain", "<p>rich</p>")


def test_an_empty_text_alternative_gives_way_to_the_html() -> None:
    read = of("alternative", "Content-Type: text/plain\n\n \n", "Content-Type: text/html\n\n<p>rich</p>")
    assert read.text == "rich"


def test_text_parts_round_a_picture_are_joined() -> None:
    read = of(
        "mixed",
        "Content-Type: text/plain\n\nabove",
        f'Content-Type: image/png; name="p.png"\nContent-Transfer-Encoding: base64\n\n{PNG}',
        "Content-Type: text/plain\n\nbelow",
    )
    assert read.text == "above\n\nbelow"
    assert [(file.name, file.size) for file in read.files] == [("p.png", 8)]


def test_a_picture_shown_by_cid_is_inline() -> None:
    read = of(
        "related",
        'Content-Type: text/html\n\n<p>See <img src="cid:img%401@x"></p>',
        f"Content-Type: image/png\nContent-ID: <img@1@x>\nContent-Transfer-Encoding: base64\n\n{PNG}",
        f"Content-Type: image/png\nContent-ID: <other@x>\nContent-Transfer-Encoding: base64\n\n{PNG}",
    )
    assert [(file.is_inline, file.content_id) for file in read.files] == [(True, "img@1@x"), (False, "other@x")]


def test_a_picture_written_into_the_html_becomes_an_inline_file() -> None:
    read = parsed(f'<p>See <img src="data:image/png;base64,{PNG}" alt="x"></p>', content_type="text/html")
    assert [(file.is_inline, file.size, file.type) for file in read.files] == [(True, 8, "image/png")]
    assert f'src="cid:{read.files[0].content_id}"' in read.html


def test_a_forwarded_mail_stays_a_file_and_never_becomes_our_body() -> None:
    inner = "From: x@y.z\nSubject: Inner/subject\n\nsecret of the inner mail"
    read = of("mixed", "Content-Type: text/plain\n\nsee below", f"Content-Type: message/rfc822\n\n{inner}")
    assert read.text == "see below"
    assert [(file.name, file.type) for file in read.files] == [("Inner-subject.eml", "message/rfc822")]
    assert read.files[0].content == inner.encode()


def test_text_with_a_file_name_is_a_file_unless_it_is_all_there_is() -> None:
    note = 'Content-Type: text/plain; name="note.txt"\n\nnote'
    assert of("mixed", "Content-Type: text/plain\n\nhello", note).text == "hello"
    assert of("mixed", note).text == "note"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="r\\"x.pdf"', "r_x.pdf"),
        ("attachment; filename=plain name.pdf", "plain name.pdf"),
        ("attachment; filename*=utf-8''na%C3%AFve%20plan.pdf", "naïve plan.pdf"),
        ("attachment; filename*0*=utf-8''na%C3%AF; filename*1=ve.pdf", "naïve.pdf"),
        ("attachment; filename*0=long; filename*1=er.pdf", "longer.pdf"),
        ('attachment; filename="=?utf-8?q?na=C3=AFve.pdf?="', "naïve.pdf"),
        ('attachment; filename="../../x.pdf"', "x.pdf"),
        ("attachment", "attachment-1.pdf"),
        ("attachment; filename*=bogus", "bogus"),
    ],
)
def test_file_names_are_read_in_every_spelling(header: str, name: str) -> None:
    read = of("mixed", f"Content-Type: application/pdf\nContent-Disposition: {header}\n\nx")
    assert read.files[0].name == name


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("Grüße €".encode("cp1252"), "iso-8859-1", "Grüße €"),
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("ก ข".encode("cp874"), "windows-874", "ก ข"),
        ("שלום".encode("iso-8859-8"), "iso-8859-8-i", "שלום"),
        ("简体".encode("gb18030"), "gb2312", "简体"),
        ("①日本".encode("cp932"), "shift_jis", "①日本"),
        ("日本語".encode("iso2022_jp"), "", "日本語"),
        ("Привет, мир".encode("koi8-r"), "koi8-r", "Привет, мир"),
        ("Héllo".encode("utf-16"), "whatever", "Héllo"),
        (b"\xef\xbb\xbfmarked", "ascii", "marked"),
        (b"caf\xe9", "us-ascii", "café"),
        (b"caf\xe9", "3Diso-8859-1", "café"),
        (b"caf\xe9", "base64", "café"),
        (b"a\x00b\x07c", "utf-8", "abc"),
        ("ok \u00e9 ok ".encode() * 3 + b"\xff", "utf-8", "ok é ok ok é ok ok é ok \ufffd"),
        (b"+AOk-", "utf-7", "é"),
        (b"", "utf-8", ""),
    ],
)
def test_text_is_decoded_whatever_the_label_says(data: bytes, label: str, text: str) -> None:
    assert decode(data, label) == text


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("base64", "SGVsbG8=", "Hello"),
        ("base64", "SGVs\nbG8", "Hello"),
        ("BASE64", "SGVs*bG8=\n\n-- \nlist footer", "Hello"),
        ("base64", "SGVsbG8=SGVsbG8=", "HelloHello"),
        ("quoted-printable", "caf=C3=A9 soft=\n break", "café soft break"),
        ("quoted-printable", "broken =ZZ", "broken =ZZ"),
        ("x-uuencode", "begin 644 a\n%2&5L;&\\\n`\nend", "Hello"),
        ("8-bit;", "Hello", "Hello"),
    ],
)
def test_transfer_encodings_are_undone_with_patience(encoding: str, body: str, text: str) -> None:
    assert parsed(body, content_transfer_encoding=encoding).text == text


def test_flowed_text_is_put_together() -> None:
    read = parsed("One \nparagraph\n> quoted \n> on\n-- \nSig", content_type="text/plain; format=flowed")
    assert read.text == "One paragraph\n> quoted on\n-- \nSig"


@pytest.mark.parametrize(
    "content_type",
    ["text", "", "text/plain charset=utf-8", ";", "text/plain; charset", 'TEXT/PLAIN; charset="utf-8', "x/y/z; =;="],
)
def test_odd_content_types_do_not_lose_the_text(content_type: str) -> None:
    read = parsed("Hello", content_type=content_type)
    assert "Hello" in (read.text or read.files[0].content.decode())


def test_a_wrong_or_missing_boundary_is_guessed() -> None:
    body = "--real\nContent-Type: text/plain\n\nfound\n--real--\n"
    assert parsed(body, content_type="multipart/mixed; boundary=wrong").text == "found"
    assert parsed(body, content_type="multipart/mixed").text == "found"
    lost = parsed("no parts at all", content_type="multipart/mixed; boundary=x")
    assert (lost.text, lost.problems) == ("no parts at all", ("multipart_without_parts",))


def test_similar_boundaries_are_told_apart() -> None:
    kind, inner = multipart("alternative", "Content-Type: text/plain\n\nplain", boundary="B1")
    read = of("mixed", f"Content-Type: {kind}\n\n{inner}", "Content-Type: application/pdf\n\nx")
    assert (read.text, len(read.files)) == ("plain", 1)


def test_a_mail_nested_too_deep_or_in_too_many_parts_is_cut_and_kept() -> None:
    deep = "Content-Type: text/plain\n\ncore"
    for level in range(1_000):
        kind, body = multipart("mixed", deep, boundary=f"b{level}")
        deep = f"Content-Type: {kind}\n\n{body}"
    started = time.process_time()
    read = parse(f"From: a@b.c\n{deep}".encode())
    assert "nested_too_deep" in read.problems
    assert b"core" in read.files[0].content
    many = of("mixed", *["Content-Type: application/x\n\nx"] * 10_000)
    assert "too_many_parts" in many.problems
    assert len(many.files) <= 1_000
    assert time.process_time() - started < 4


def test_tnef_that_cannot_be_read_stays_a_file() -> None:
    read = of("mixed", 'Content-Type: application/ms-tnef; name="winmail.dat"\n\nnot tnef')
    assert [file.name for file in read.files] == ["winmail.dat"]
    assert "tnef_unreadable" in read.problems


def test_an_encrypted_mail_says_so() -> None:
    assert "encrypted" in of("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1").problems


def test_external_bodies_are_never_followed() -> None:
    read = of("mixed", "Content-Type: message/external-body; access-type=URL; URL=http://127.0.0.1/\n\nx")
    assert [file.type for file in read.files] == ["message/external-body"]


def test_crlf_and_lf_give_the_same_files() -> None:
    content_type, body = multipart("mixed", "Content-Type: application/x\n\nabc")
    one = parse(mail(body, content_type=content_type))
    two = parse(with_crlf(mail(body, content_type=content_type)))
    assert one.files == two.files
