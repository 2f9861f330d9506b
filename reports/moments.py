"""The figures of what stands at a moment: the backlog, and the wallboard's desk of now."""

from __future__ import annotations

from reports.defined import Defined

# The lower end of each band of age, in days.
BANDS = (0, 1, 3, 7, 14, 30)
BAND_LABELS = ("Under 1 day", "1–3 days", "3–7 days", "7–14 days", "14–30 days", "Over 30 days")
_WHEN = "At the end of the last day of the period, or now."
_WHOSE = "A ticket counts where it is now; one that has been solved since, where it was then at its end."
_CALENDAR = "Calendar time since the ticket opened or reopened."
_WAIT = "Calendar time since the customer's first words without an answer."

_BACKLOG = (
    Defined(key="open", name="Open", rising_is="bad",
            definition=f"Tickets open, pending or on hold. {_WHEN} {_WHOSE}"),
    Defined(key="on_us", name="Wait on us",
            definition="Open tickets whose customer waits for an answer, snoozed ones too; known of now only."),
    Defined(key="old", name="Over 7 days", rising_is="bad", clock=_CALENDAR,
            definition=f"Tickets that have been open for more than seven days. {_WHEN}"),
    Defined(key="oldest", name="Oldest", kind="age", clock=_CALENDAR,
            definition=f"How long the oldest of them has been open. {_WHEN}"),
    *(Defined(key=f"band{number}", name=label, clock=_CALENDAR, definition=f"Tickets open for so long. {_WHEN}")
      for number, label in enumerate(BAND_LABELS)),
)  # fmt: skip

_NOW = (
    Defined(key="waiting_now", name="Waiting for an answer",
            definition="Open tickets whose customer waits for an answer at this moment; snoozed ones rest."),
    Defined(key="nobodys_now", name="Unassigned",
            definition="Of those who wait for an answer, the tickets without an agent."),
    Defined(key="longest_wait_now", name="Longest wait", kind="age", clock=_WAIT,
            definition="How long the first of those has waited who wait for an answer."),
    Defined(key="due_soon_now", name="Due within an hour",
            definition="Open tickets whose next promise falls due within the next 60 minutes."),
    Defined(key="overdue_now", name="Overdue",
            definition="Open tickets whose next promise is past its deadline."),
    Defined(key="agents_now", name="Agents available",
            definition="Agents who can be given work at this moment: connected, and neither busy nor away."),
)  # fmt: skip

MOMENTS: dict[str, Defined] = {figure.key: figure for figure in (*_BACKLOG, *_NOW)}
