"""Chooses the settings of this process by `HELPDESK_ENV`: development (the default), test or production."""

from django.core.exceptions import ImproperlyConfigured

from helpdesk.settings.environment import ENVIRONMENT

if ENVIRONMENT == "production":
    from helpdesk.settings.production import *
elif ENVIRONMENT == "test":
    from helpdesk.settings.test import *
elif ENVIRONMENT == "development":
    from helpdesk.settings.development import *
else:
    raise ImproperlyConfigured(
        f"HELPDESK_ENV is '{ENVIRONMENT}'; use development, test or production (or leave it unset)."
    )
