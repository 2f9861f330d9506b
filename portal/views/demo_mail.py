"""The demo customers' mail program: what they received, and writing to the desk as them, over real SMTP."""

from __future__ import annotations

from csp.constants import HEADER
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from channels_in.email.demo_customer import NotSent, send
from channels_in.selectors.demo_mailboxes import ReadMail, mail_of, mailboxes, mails_of
from core.errors import Invalid
from core.limits import Limit, require
from portal.demo_mail_forms import LetterForm
from portal.limits import address_of

WRITING = Limit(name="demo-mail", times=60, seconds=60)


@require_http_methods(["GET", "HEAD", "POST"])
def mailboxes_page(request: HttpRequest, mailbox: str = "") -> HttpResponse:
    """All mailboxes, one of them open, and a letter to write."""
    _only_in_demo()
    box = mailbox.lower()
    form = LetterForm(request.POST or None, request.FILES or None, initial={"sender": box})
    if request.method == "POST" and _sent(request, form):
        return HttpResponseRedirect(reverse("portal:demo-mailbox", args=[form.cleaned_data["sender"].lower()]))
    return _show(request, box, form=form, is_writing=request.method == "POST" or "write" in request.GET)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_page(request: HttpRequest, mailbox: str, mail_id: int) -> HttpResponse:
    """One mail, with what a customer sees of it and what a curious reader wants to see; and its answer."""
    mail = _mail(mailbox, mail_id)
    form = LetterForm(request.POST or None, request.FILES or None, answered=mail, mailbox=mailbox.lower())
    if request.method == "POST" and _sent(request, form):
        return HttpResponseRedirect(reverse("portal:demo-mailbox", args=[mailbox.lower()]))
    return _show(request, mailbox.lower(), opened=mail, form=form)


@require_safe
@xframe_options_sameorigin
def mail_html_page(request: HttpRequest, mailbox: str, mail_id: int) -> HttpResponse:
    """The sanitized HTML of a mail, in a frame that may do nothing."""
    response = HttpResponse(f"<!doctype html><meta charset=utf-8>{_mail(mailbox, mail_id).content.html}")
    response[HEADER] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    return response


@require_safe
def mail_file_page(request: HttpRequest, mailbox: str, mail_id: int, number: int) -> HttpResponse:
    files = _mail(mailbox, mail_id).content.files
    if number >= len(files):
        raise Http404
    response = HttpResponse(files[number].content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = "attachment"
    return response


def _show(
    request: HttpRequest, box: str, *, form: LetterForm, opened: ReadMail | None = None, is_writing: bool = False
) -> HttpResponse:
    boxes = mailboxes()
    context = {
        "boxes": boxes,
        "box": box,
        "mails": mails_of(box) if box else [],
        "opened": opened,
        "form": form,
        "is_writing": is_writing or (not box and not boxes),
    }
    status = 422 if form.errors else 200
    return render(request, "portal/mail.html", context, status=status)


def _sent(request: HttpRequest, form: LetterForm) -> bool:
    """Whether the letter is on its way; otherwise the form says why not."""
    require(WRITING, address_of(request))
    if not form.is_valid():
        return False
    try:
        send(form.letter())
    except Invalid as error:
        form.add_error("attachments", error.fields.get("attachments", error.message))
    except NotSent as error:
        form.add_error(None, f"The desk did not take the mail: {error}")
    return not form.errors


def _mail(mailbox: str, mail_id: int) -> ReadMail:
    _only_in_demo()
    mail = mail_of(mailbox, mail_id)
    if mail is None:
        raise Http404
    return mail


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404
