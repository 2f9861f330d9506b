"""The report on chats: how many were answered or given up, how long they waited, and at whom they rang in vain."""

from __future__ import annotations

from reports.fact_report import Drawn, FactReport
from reports.target import Target


class ChatReport(FactReport):
    slug = "chat"
    title = "Chat"
    icon = "messages-square"
    question = "How long do visitors wait, and how many give up?"
    description = (
        "Chats from the visitor's first words until a person answers or the visitor has left. Who leaves within ten"
        " seconds, and messages left while nobody was there, stand apart. Patience is how long those who gave up"
        " had waited."
    )
    needs = "Chats come in by an inbox of the kind site chat."
    target = Target("chat_abandon_share", 10, is_most=True)
    columns = (
        "chats", "chats_begun", "chats_answered", "chats_abandoned", "chat_abandon_share", "chat_wait_p50",
        "chat_wait_p90", "chats_at_once", "rings_missed", "chats_left_early", "chat_words_left",
    )  # fmt: skip
    tiles = (
        "chats_answered", "chat_abandon_share", "chat_wait_p50", "chat_wait_p90", "chats_at_once", "chat_words_left",
    )  # fmt: skip
    drawn = (
        Drawn("outcome", "Answered and abandoned",
              (("chats_answered", "Answered", "ok"), ("chats_abandoned", "Abandoned", "bad"))),
        Drawn("wait", "Wait for an answer", (("chat_wait_p50", "p50", "accent"), ("chat_wait_p90", "p90", "bad")),
              is_line=True, is_band=True, kind="duration"),
        Drawn("patience", "Patience of those who gave up", (("chat_patience_p50", "p50", "accent"),),
              is_line=True, is_compared=True, kind="duration"),
        Drawn("left", "Neither answered nor abandoned",
              (("chat_words_left", "Messages left", "accent"), ("chats_left_early", "Left at once", "still"))),
    )  # fmt: skip
    heat = {
        "chats_begun": "When visitors came, by weekday and hour",
        "chats_abandoned": "When visitors gave up, by weekday and hour",
        "chat_wait_p50": "Median wait, by weekday and hour of the answer",
        "on_duty_time": "Agents on duty on average, by weekday and hour",
    }
    dimensions = ("team", "agent", "inbox", "brand", "priority", "tag")
