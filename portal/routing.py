"""The socket addresses of the portal app; the consumer brings its own checks of origin and person."""

from typing import Any

from django.urls import path

from live.origin import SameOriginOnly
from portal.consumers import ChatConsumer

websocket_urlpatterns: list[Any] = [
    path("ws/chat/", SameOriginOnly(ChatConsumer.as_asgi())),
]
