"""The sanitizer: attacks come out as nothing, ordinary mail as itself, and a second time changes nothing."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.html import has_remote_images, html_to_text, sanitize, without_remote_images

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='  jAvA\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=//evil><input name=password><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=//evil'><base href=//evil>",
    "<link rel=stylesheet href=//evil><style>@import '//evil'</style>",
    "<p style='background:url(//evil)'>x</p>",
    "<p style='color:red;position:fixed;top:0;z-index:9'>x</p>",
    "<p style='background-color:expression(alert(1))'>x</p>",
    "<p style='font-family:\\75rl(//evil)'>x</p>",
    "<div id=app name=attributes class='btn btn-danger'>x</div>",
    "<video poster=//evil><source src=//evil></video><audio src=//evil autoplay>",
    "<img srcset='//evil 1x'><table background='//evil'><td background='//evil'>",
    "<a href='/tickets/1/delete'>relative</a><img src='/logout'>",
    "<template><script>alert(1)</script></template><textarea><script>alert(1)</script>",
    "<x onclick=alert(1)><b onmouseover=alert(1)>x</b>",
]
FORBIDDEN = ["<script", "onerror", "onclick", "onmouseover", "javascript:", "data:", "<iframe", "<form", "<input",
             "<svg", "<math", "<style", "<meta", "<base", "<link", "<object", "<embed", "url(", "position",
             "expression", "srcset", "poster", "background=", " id=", " name=", "btn", "/tickets/",
             "/logout"]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_leaves_nothing_active(attack: str) -> None:
    safe = sanitize(f"<p>before</p>{attack}<p>after</p>").lower()
    assert [word for word in FORBIDDEN if word in safe] == []
    assert "before" in safe


def test_ordinary_mail_keeps_its_look() -> None:
    mail = (
        '<table width="600" style="border-collapse:collapse"><tbody><tr><td style="color:#333">'
        '<b>Hi</b> <a href="https://example.net/a?b=1&amp;c=2">link</a><img src="cid:logo@x" alt="Logo">'
        "</td></tr></tbody></table>"
    )
    safe = sanitize(mail)
    assert 'style="color:#333"' in safe
    assert 'src="cid:logo@x"' in safe
    assert 'rel="noopener noreferrer nofollow"' in safe


PIECES = st.sampled_from(
    ["<b>", "</b>", "<p>", "</p>", "<div>", "</div>", "<table>", "<td>", "</table>", "<a href='x'>", "</a>", "<i",
     "<svg>", "<style>", "</style>", "<!--", "-->", "&lt;", "&amp", "<font color=red>", "</font>", "<li>", "<pre>\n\n",
     "text", "<", ">", "\"", "'", "<ul>", "<select>", "<option>", "<h1>", "<hr>", "\x00", "<div id=appendonsend>"]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=25).map("".join))
@example("<a><b><a><i><table><a>")
@example("<pre>\n\nx</pre>")
def test_sanitizing_twice_is_sanitizing_once(html: str) -> None:
    once = sanitize(html)
    assert sanitize(once) == once
    html_to_text(once)


def test_a_deep_nest_does_not_stall_the_desk() -> None:
    started = time.process_time()
    html_to_text(sanitize("<div>" * 50_000 + "deep" + "</div>" * 50_000))
    assert time.process_time() - started < 2


def test_strangers_pictures_are_not_asked_for() -> None:
    shown = without_remote_images(sanitize('<img alt="Logo" src="https://tracker.example/p.gif"><img src="cid:a@b">'))
    assert not has_remote_images(shown)
    assert 'alt="Logo"' in shown
    assert 'src="cid:a@b"' in shown


def test_remote_images_are_noticed() -> None:
    assert has_remote_images(sanitize('<img src="https://tracker.example/p.gif">'))
    assert not has_remote_images(sanitize('<img src="cid:a@b"><p>src="https:</p>'))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("One<br><br>Two", "One\n\nTwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<blockquote><p>said</p></blockquote>", "> said"),
        ('<a href="https://example.net/x">here</a>', "here (https://example.net/x)"),
        ('<a href="mailto:ann@example.net">ann@example.net</a>', "ann@example.net"),
        ("<p>a\n   b&nbsp;c &amp; d</p>", "a b c & d"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ('<p>seen</p><div style="display:none">hidden</div>', "seen"),
        ("<table><tr><td>A</td><td>B</td></tr><tr><td>C</td></tr></table>", "A B\nC"),
    ],
)
def test_text_of_html_reads_like_the_mail(html: str, text: str) -> None:
    assert html_to_text(sanitize(html)) == text
