"""The socket addresses of the live app; the consumer brings its own checks of origin and person."""

from typing import Any

from django.urls import path

from live.consumers import AgentConsumer
from live.origin import SameOriginOnly

websocket_urlpatterns: list[Any] = [
    path("ws/agent/", SameOriginOnly(AgentConsumer.as_asgi())),
]
