"""What the doors and workers of the channels count for /metrics."""

from prometheus_client import Counter

HOOKS_REFUSED = Counter("helpdesk_hooks_refused_total", "Webhook calls that were not stored", ["channel", "reason"])
HOOKS_ACCEPTED = Counter(
    "helpdesk_hooks_accepted_total", "Webhook calls that were stored, or copies of stored ones", ["channel", "copy"]
)
DELIVERIES_HANDLED = Counter(
    "helpdesk_deliveries_handled_total", "Inbound deliveries by what came of them", ["channel", "outcome"]
)
