"""Who may log in to the demo desk; `manage.py up` prints them."""

PASSWORD = "demo-password-1"  # noqa: S105 - it is printed on purpose, and exists in demo databases only

# role, e-mail, password
LOGINS = [
    ("admin", "admin@demo.local", PASSWORD),
    ("manager", "manager@demo.local", PASSWORD),
    ("agent Ana", "ana@demo.local", PASSWORD),
    ("agent Ben", "ben@demo.local", PASSWORD),
]
