"""A machine of one's own: plain HTTP, static files straight from the tree, secrets kept under VAR_DIR."""

from helpdesk.settings.base import *
from helpdesk.settings.environment import env

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("HELPDESK_DEMO", default=True)
# `collectstatic` is for production; the folder it fills does not exist here.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
