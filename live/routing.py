"""The socket addresses of the live app; each consumer brings its own checks of origin and person."""

from typing import Any

websocket_urlpatterns: list[Any] = []
