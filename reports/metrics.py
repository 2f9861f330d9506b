"""The registry of metrics: every figure on a page, in a file, in the API and in a mail is one of these.

Figures of a moment are defined in reports/moments.py. A metric measures a set of facts (reports/fact_sets.py): it
counts them, tells their share of a larger set, or a percentile of their length. Its link leads to exactly the facts
that it counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reports.defined import Defined
from reports.fact_sets import REASONS, SETS
from reports.moments import MOMENTS

Amount = Literal["", "sum", "mean"]
PROMISE_CLOCK = "Open time of the business hours that the promise or the ticket has; calendar time if you choose it."
POLICY_PAUSES = "What the policy says; nothing pauses where nothing was promised, nor in calendar time."
WALL_CLOCK = "The wall's, as customers wait, whichever hours you choose."


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Defined):
    """`counted` is the set behind the figure; a share is its part of the set `of`. With `amount` the numbers of the
    facts (AMOUNTS in reports/fact_sets.py) are added up or averaged instead of the facts counted; a share is then that
    of the sum in the sum."""

    counted: str
    of: str = ""
    percentile: float | None = None
    amount: Amount = ""

    @property
    def sets(self) -> tuple[str, ...]:
        return (self.counted, self.of) if self.of else (self.counted,)

    @property
    def sql(self) -> str:
        """The aggregate over rows f, whose lengths are `f.took`."""
        chosen = f"FILTER (WHERE {SETS[self.counted].where})"
        if self.percentile is not None:
            return f"percentile_cont({self.percentile}) WITHIN GROUP (ORDER BY f.took) {chosen}"
        if self.amount == "mean":
            return f"avg(f.amount) {chosen}"
        if self.amount and self.of:
            whole = f"nullif(sum(f.amount) FILTER (WHERE {SETS[self.of].where}), 0)"
            return f"round((100 * sum(f.amount) {chosen} / {whole})::numeric, 1)"
        if self.amount:
            return f"coalesce(sum(f.amount) {chosen}, 0)"
        if self.of:
            whole = f"nullif(count(*) FILTER (WHERE {SETS[self.of].where}), 0)"
            return f"round(100.0 * count(*) {chosen} / {whole}, 1)"
        return f"count(*) {chosen}"


def _percentile(key: str, name: str, counted: str, share: float, words: str) -> Metric:
    return Metric(
        key=key, name=name, definition=words, counted=counted, kind="duration", percentile=share,
        clock=PROMISE_CLOCK, pauses=POLICY_PAUSES, rising_is="bad",
    )  # fmt: skip


_METRICS = (
    Metric(key="decided", name="Promises", counted="decided",
           definition="Promises whose outcome was decided in the period: kept, or missed."),
    Metric(key="achieved", name="Achieved", counted="kept", of="decided", kind="percent", rising_is="good",
           definition="The share of the decided promises that were kept."),
    Metric(key="kept", name="Kept", counted="kept", rising_is="good", definition="Promises that were kept."),
    Metric(key="breached", name="Breaches", counted="missed", rising_is="bad",
           definition="Promises that were missed, at the moment of their deadline."),
    Metric(key="missed_share", name="Breach share", counted="missed", of="decided", kind="percent", rising_is="bad",
           definition="The share of the decided promises that were missed."),
    Metric(key="paused", name="Paused", counted="paused", definition="Promises that began to stand still."),
    _percentile("first_p50", "First response p50", "first_answers", 0.5, "Half of the first answers came within this."),
    _percentile("first_p75", "First response p75", "first_answers", 0.75, "Three of four first answers came within."),
    _percentile("first_p90", "First response p90", "first_answers", 0.9, "Nine of ten first answers came within this."),
    _percentile("next_p50", "Next response p50", "next_answers", 0.5, "Half of the later answers came within this."),
    _percentile("next_p90", "Next response p90", "next_answers", 0.9, "Nine of ten later answers came within this."),
    _percentile("solve_p50", "Resolution p50", "solved", 0.5, "Half of the tickets were solved within this time."),
    _percentile("solve_p90", "Resolution p90", "solved", 0.9, "Nine of ten tickets were solved within this time."),
    Metric(key="first_answers", name="First responses", counted="first_answers",
           definition="First answers that a person wrote; automatic ones never count."),
    Metric(key="next_answers", name="Later responses", counted="next_answers",
           definition="Answers to customers who wrote again."),
    Metric(key="answers", name="Answers", counted="answers", definition="Answers of people to customers who waited."),
    Metric(key="opened", name="Opened", counted="opened", definition="Tickets that were opened."),
    Metric(key="still_open", name="Still open", counted="still_open",
           definition="Of the tickets opened in the period, those open, pending or on hold at this moment."),
    Metric(key="solved", name="Solved", counted="solved", rising_is="good",
           definition="Resolutions: a ticket that is solved, reopened and solved again counts twice."),
    Metric(key="fcr", name="First contact", counted="first_contact", of="solved", kind="percent", rising_is="good",
           definition="The share of the resolutions that took one answer and no reopening."),
    Metric(key="reopened", name="Reopened", counted="reopened", rising_is="bad",
           definition="Solved tickets that were opened again."),
    Metric(key="spam", name="Spam", counted="spam", definition="Tickets that turned out to be spam."),
    Metric(key="taken", name="Taken", counted="taken", definition="Tickets that an agent took or got."),
    Metric(key="transferred", name="Transfers", counted="transferred", rising_is="bad",
           definition="A ticket went from one agent to another."),
    Metric(key="team_hops", name="Team changes", counted="team_hops", rising_is="bad",
           definition="A ticket went from one team to another."),
    Metric(key="channel_hops", name="Channel hops", counted="channel_hops",
           definition="The customer went on writing through another channel than before."),
    Metric(key="escalated", name="Escalations", counted="escalated", rising_is="bad",
           definition="Steps of escalation paths that were taken after missed deadlines."),
    Metric(key="rule_runs", name="Rule runs", counted="rule_runs",
           definition="A rule acted on a ticket, also where nothing was left to change."),
    Metric(key="macros", name="Macros", counted="macros", definition="A macro was used on a ticket."),
    Metric(key="undelivered", name="Not delivered", counted="undelivered", rising_is="bad",
           definition="Messages to customers that failed for good, such as a bounce."),
)  # fmt: skip

_FLOW = (
    Metric(key="came_in", name="Came in", counted="came_in", definition="Tickets that were opened, or opened again."),
    Metric(key="went_out", name="Went out", counted="went_out",
           definition="Tickets that were solved, turned out to be spam, or were merged into another one."),
)  # fmt: skip

CHAT_CLOCK = "Open time of the ticket's business hours, from the visitor's first words; calendar time if you choose it."
LOOK_CLOCK = "Looked at every quarter of an hour; each look stands for 15 minutes, a missed one for nothing."
_CHATS = (
    Metric(key="chats_begun", name="Chats begun", counted="chats_begun",
           definition="Conversations that visitors began: first words, words that reopen, words after giving up."),
    Metric(key="chats", name="Chats", counted="chats",
           definition="Chats that a person answered, and abandoned ones; who left within 10 s is not counted."),
    Metric(key="chats_answered", name="Answered", counted="chats_answered", rising_is="good",
           definition="Chats that a person answered before the visitor was gone."),
    Metric(key="chats_abandoned", name="Abandoned", counted="chats_abandoned", rising_is="bad",
           definition="The visitor left before anybody answered: their chat was out of view for two minutes."),
    Metric(key="chat_abandon_share", name="Abandon share", counted="chats_abandoned", of="chats", kind="percent",
           rising_is="bad", definition="The share of the chats that were abandoned."),
    Metric(key="chats_left_early", name="Left at once", counted="chats_left_early",
           definition="The visitor wrote and left within 10 s; neither answered nor abandoned."),
    Metric(key="chat_words_left", name="Messages left", counted="chat_words_left",
           definition="Messages that visitors left in the form because nobody was there; no chat."),
    Metric(key="chat_wait_p50", name="Wait p50", counted="chats_answered", kind="duration", percentile=0.5,
           clock=CHAT_CLOCK, rising_is="bad", definition="Half of the answered chats waited no longer for a person."),
    Metric(key="chat_wait_p90", name="Wait p90", counted="chats_answered", kind="duration", percentile=0.9,
           clock=CHAT_CLOCK, rising_is="bad", definition="Nine of ten answered chats waited no longer for a person."),
    Metric(key="chat_patience_p50", name="Patience p50", counted="chats_abandoned", kind="duration", percentile=0.5,
           clock=CHAT_CLOCK, definition="Half of the visitors who gave up had waited no longer than this."),
    Metric(key="rings_missed", name="Rings missed", counted="rings_missed", rising_is="bad",
           definition="A chat rang at an agent who did not begin in time, and went on to the next."),
    Metric(key="chats_at_once", name="Chats at once", counted="chats_answered", kind="number", amount="mean",
           definition="How many open chats an agent had on average when answering one, that one included."),
)  # fmt: skip

_DUTY = (
    Metric(key="looks_on_duty", name="Quarter-hours on duty", counted="on_duty",
           definition="How often an agent was found at work, looked for every quarter of an hour: connected, and"
           " available or busy.",
           clock=LOOK_CLOCK),
    Metric(key="on_duty_time", name="Time on duty", counted="on_duty", kind="duration", amount="sum", clock=LOOK_CLOCK,
           definition="The time for which agents were at work: connected, and available or busy."),
    Metric(key="available_share", name="Available", counted="available", of="on_duty", kind="percent",
           definition="The share of the time on duty in which agents were available for new work."),
    Metric(key="away_time", name="Time away", counted="away", kind="duration", amount="sum", clock=LOOK_CLOCK,
           definition="The time for which agents were connected in their shift, but away."),
    Metric(key="planned_time", name="Planned", counted="planned", kind="duration", amount="sum", clock=LOOK_CLOCK,
           definition="The time of the agents' shifts, without their leave."),
    Metric(key="absent_time", name="Absent", counted="absent", kind="duration", amount="sum", clock=LOOK_CLOCK,
           rising_is="bad", definition="The time of their shifts for which agents were not connected, without leave."),
    Metric(key="looks_planned", name="Quarter-hours in shifts", counted="planned", clock=LOOK_CLOCK,
           definition="Quarters of an hour of the agents' shifts, without their leave."),
    Metric(key="absent_share", name="Absent share", counted="absent", of="planned", kind="percent", rising_is="bad",
           definition="The share of the shifts, without leave, in which the agent was not connected."),
    Metric(key="occupancy", name="Occupancy", counted="held", kind="percent", amount="mean", clock=LOOK_CLOCK,
           definition="How much of their capacity agents had as open work while they were available: the mean of all"
           " looks, 100 % being full. Each look counts the same."),
    Metric(key="looks_held", name="Quarter-hours measured", counted="held", clock=LOOK_CLOCK,
           definition="How often an available agent's open work was compared with their capacity."),
)  # fmt: skip

_RATINGS = (
    Metric(key="rated", name="Ratings", counted="rated", owner="Managers of the surveys",
           definition="Ratings that customers gave, each as they left it. Attributed to whom the ticket belonged when"
           " it was resolved."),
    Metric(key="csat", name="CSAT", counted="rated_good", of="rated", kind="percent", rising_is="good",
           definition="The share of the ratings that were 4 or 5 of 5."),
    Metric(key="csat_bad", name="Unhappy", counted="rated_bad", of="rated", kind="percent", rising_is="bad",
           definition="The share of the ratings that were 1 or 2 of 5."),
    Metric(key="rated_good", name="Good", counted="rated_good", rising_is="good", definition="Ratings of 4 and 5."),
    Metric(key="rated_bad", name="Bad", counted="rated_bad", rising_is="bad", definition="Ratings of 1 and 2."),
    Metric(key="csat_asked", name="Asked", counted="csat_asked",
           definition="Customers who were asked for a rating."),
    Metric(key="csat_response", name="Response rate", counted="csat_answered", of="csat_asked", kind="percent",
           rising_is="good", definition="Of the questions asked in the period, the share that was answered, whenever."),
    *(Metric(key=f"rated_{score}", name=f"{score} of 5", counted=f"rated_{score}",
             definition=f"Ratings of {score} of 5.") for score in range(5, 0, -1)),
    Metric(key="csat_mean", name="Mean rating", counted="rated", kind="number", amount="mean", rising_is="good",
           definition="The mean of the ratings from 1 to 5. Look at their shares, too: one mean has many stories."),
    Metric(key="commented", name="With a comment", counted="commented",
           definition="Ratings with words of the customer."),
    Metric(key="recoveries", name="Recoveries", counted="recoveries", rising_is="bad",
           definition="Ratings so low that somebody was to get in touch with the customer."),
    Metric(key="recovered", name="Settled", counted="recovered",
           definition="Recoveries of which somebody said what came of them."),
    Metric(key="recovered_in_time", name="Settled in time", counted="recovered_in_time", of="recovered",
           kind="percent", rising_is="good", definition="The share of the settled recoveries that were in time."),
    Metric(key="won_back", name="Won back", counted="won_back", of="recovered", kind="percent", rising_is="good",
           definition="The share of the settled recoveries after which the customer was content."),
)  # fmt: skip

_FORETOLD = (
    Metric(key="foretold", name="Expectations", counted="foretold",
           definition="First answers to customers who had been told what to expect, or could have been: when the ticket"
           " was opened, enough was known to say so."),
    Metric(key="within_p50", name="Within the usual", counted="within_p50", of="foretold", kind="percent",
           definition="The share of the answers within the usual time told (p50). A good forecast has 50 %: more means"
           " that we promise too late, fewer that we promise too soon.", clock=WALL_CLOCK),
    Metric(key="within_p90", name="Within the longest", counted="within_p90", of="foretold", kind="percent",
           rising_is="good",
           definition="The share of the answers within the longest time told (p90). A good forecast has 90 %.",
           clock=WALL_CLOCK),
    Metric(key="later_than_told", name="Later than told", counted="later_than_told", rising_is="bad",
           definition="Answers that took longer than the longest time told.", clock=WALL_CLOCK),
    Metric(key="told_off_by", name="Off by", counted="foretold", kind="duration", amount="mean", clock=WALL_CLOCK,
           definition="By how much answers missed the usual time told, on average: minus is sooner than told. The mean"
           " of all, so one very late answer weighs much; look at the shares, too."),
    Metric(key="real_p50", name="Real p50", counted="foretold", kind="duration", percentile=0.5, rising_is="bad",
           clock=WALL_CLOCK, definition="Half of these answers really came within this."),
    Metric(key="real_p90", name="Real p90", counted="foretold", kind="duration", percentile=0.9, rising_is="bad",
           clock=WALL_CLOCK, definition="Nine of ten of these answers really came within this."),
)  # fmt: skip

_REASONS = tuple(
    Metric(
        key=key, name=title, counted=key, rising_is="bad",
        definition="Missed promises by the first reason that fits: reopened, nobody's, handed on, outside the hours.",
    )
    for key, title in REASONS.items()
)  # fmt: skip

_CALLBACKS = (
    Metric(key="callbacks_planned", name="Promised", counted="callbacks_planned",
           definition="Callbacks that were planned; one that is moved to another time is a new promise."),
    Metric(key="callbacks_made", name="Made", counted="callbacks_made",
           definition="Calls back to customers, in time or late, answered or not; those taken back do not count."),
    Metric(key="callbacks_kept", name="Kept", counted="callbacks_kept", rising_is="good",
           definition="Somebody called before the window that was promised was over, answered or not."),
    Metric(key="callbacks_missed", name="Missed", counted="callbacks_missed", rising_is="bad",
           definition="Nobody had called when the window was over, also where somebody called later."),
    Metric(key="callbacks_decided", name="Kept or missed", counted="callbacks_decided",
           definition="Callbacks of which it was decided in the period whether they were kept."),
    Metric(key="callbacks_kept_share", name="Callbacks kept", counted="callbacks_kept", of="callbacks_decided",
           kind="percent", rising_is="good",
           definition="The share of the callbacks kept or missed that were kept. Moved and called off ones are"
           " neither."),
    Metric(key="callbacks_unanswered", name="No answer", counted="callbacks_unanswered", of="callbacks_made",
           kind="percent", definition="The share of the calls made that nobody answered."),
)  # fmt: skip

METRICS: dict[str, Metric] = {
    metric.key: metric for metric in (*_METRICS, *_RATINGS, *_REASONS, *_FORETOLD, *_FLOW, *_CHATS, *_DUTY, *_CALLBACKS)
}
# Every figure that is shown anywhere: those that count facts, and those of a moment.
REGISTRY: dict[str, Defined] = {**METRICS, **MOMENTS}
