"""The ASGI door: sockets go to Channels, HTTP goes to Django's WSGI handler in a thread pool."""

import os

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.wsgi import get_wsgi_application

from helpdesk.patience import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

# Django must be set up before the consumers import its models.
http = get_wsgi_application()
limit_statements()

from live.routing import websocket_urlpatterns as agent_sockets  # noqa: E402
from portal.routing import websocket_urlpatterns as visitor_sockets  # noqa: E402

# Django's own ASGI handler is three to twelve times slower than its WSGI handler.
application = ProtocolTypeRouter(
    {
        # Django's WSGI handler answers with an iterable response; the stubs do not say so.
        "http": WSGIMiddleware(http, workers=8),  # type: ignore[arg-type]  # see above
        "websocket": URLRouter([*agent_sockets, *visitor_sockets]),
    }
)
