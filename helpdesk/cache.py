"""Keeps the cache free of pickle: values in Redis are JSON."""

import json
from typing import Any


class JSONSerializer:
    """The serializer that Django's Redis cache asks for."""

    def dumps(self, value: Any) -> int | bytes:
        # Plain integers stay plain so that INCR works on them.
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)
