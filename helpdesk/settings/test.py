"""The test suite: real servers, cheap passwords, mail in memory."""

from helpdesk.settings.base import *

DEMO = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# One customer of the tests writes a great deal.
MAIL_BURST = 0
# A machine that is busy with tests is no Redis that hangs.
_PATIENT = {"serializer": "helpdesk.cache.JSONSerializer", "socket_connect_timeout": 30, "socket_timeout": 30}
CACHES["default"] = {**CACHES["default"], "OPTIONS": _PATIENT}
