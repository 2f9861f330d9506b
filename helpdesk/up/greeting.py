"""What a newcomer reads when the desk is ready: addresses and demo logins."""

from collections.abc import Mapping
from importlib import import_module

from django.conf import settings


def greeting(environment: Mapping[str, str], seconds: float) -> str:
    port = environment["PORT"]
    address = f"http://127.0.0.1:{port}"
    rows = [("Desk", f"{address}/")]
    if settings.DEMO:
        rows += [
            ("Demo shop with chat", f"http://localhost:{port}/demo/shop/"),
            ("Customers' mailboxes", f"{address}/demo/mail/"),
        ]
    rows += [
        ("API", f"{address}/api/v1/schema/"),
        ("Mail comes in by SMTP", f"{settings.MAIL_IN_HOST}:{environment['MAIL_IN_PORT']}"),
    ]
    lines = ["", f"Helpdesk is ready ({seconds:.1f} s). Stop it by Ctrl-C.", ""]
    lines += [f"  {label:24}{value}" for label, value in rows]
    if logins := demo_logins():
        lines += ["", "  Log in as               e-mail                          password"]
        lines += [f"  {role:24}{email:32}{password}" for role, email, password in logins]
    return "\n".join([*lines, ""])


def demo_logins() -> list[tuple[str, str, str]]:
    """Role, e-mail and password of each demo person."""
    if not settings.DEMO:
        return []
    return list(import_module("helpdesk.demo.logins").LOGINS)
