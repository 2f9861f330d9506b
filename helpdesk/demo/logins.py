"""The people one may log in as in the demo."""

PASSWORD = "demo-password-1"  # noqa: S105 - printed by `make run`; demo desks hold no real data

# Role shown to the newcomer, e-mail, password.
LOGINS: list[tuple[str, str, str]] = [
    ("Admin", "admin@demo.local", PASSWORD),
    ("Manager", "manager@demo.local", PASSWORD),
    ("Agent Ana", "ana@demo.local", PASSWORD),
    ("Agent Ben", "ben@demo.local", PASSWORD),
]
