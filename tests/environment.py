"""Says, before any setting is read, that this is a test."""

import os

os.environ["HELPDESK_ENV"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "helpdesk.settings"
