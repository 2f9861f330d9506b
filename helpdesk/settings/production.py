"""Production: HTTPS behind a proxy, hashed static files, every secret demanded from the environment."""

from helpdesk.settings.base import *
from helpdesk.settings.environment import demanded, env

DEMO = False
SITE_URL = demanded("SITE_URL", "the public address, such as https://desk.example.com").rstrip("/")
demanded("EMAIL_URL", "the mail server for answers and password resets, such as smtp://user:password@host:587")
ALLOWED_HOSTS = demanded("ALLOWED_HOSTS", "the comma-separated host names this desk answers to").split(",")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "helpdesk.static_files.HashedStorage"},
}
