"""The WSGI door: every HTTP request of a production web process."""

import os

from django.core.wsgi import get_wsgi_application

from helpdesk.patience import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

application = get_wsgi_application()
limit_statements()
