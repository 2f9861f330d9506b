"""What a report is. docs/adding-a-report.md is the recipe; tests/contracts/test_reports.py holds every report to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from people.models import Agent
from reports.period import Period
from reports.target import Target

Kind = Literal["text", "count", "number", "percent", "duration", "age"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table and of the CSV file. A duration is in seconds, a percentage between 0 and 100.
    A number has one decimal."""

    key: str
    label: str
    kind: Kind = "count"
    hint: str = ""
    # A rising number is good news, bad news, or no news: how a change is coloured.
    rising_is: Literal["good", "bad", "neutral"] = "neutral"

    @property
    def csv_label(self) -> str:
        units = {"duration": " (seconds)", "age": " (seconds)", "percent": " (%)"}
        return self.label + units.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a value per column, and for each figure the address of the tickets that it counts."""

    group: str
    label: str
    values: Mapping[str, Any]
    links: Mapping[str, str] = field(default_factory=dict)
    # A small line beside the name: how many, by step of the period.
    spark: Sequence[float] = ()
    # A page about what the row is named after, such as the log of a rule.
    page: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline figure with its change since the previous period."""

    column: Column
    value: Any
    before: Any
    link: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One step of a chart: its label, its numbers by series, and the address of its tickets."""

    label: str
    numbers: Mapping[str, float | None]
    link: str
    # A step that is not over yet.
    is_partial: bool = False
    # Where a series counts other tickets than the mark as a whole.
    links: Mapping[str, str] = field(default_factory=dict)

    def link_of(self, series_key: str) -> str:
        return self.links.get(series_key, self.link)


@dataclass(frozen=True, slots=True)
class Series:
    key: str
    label: str
    style: str  # a word of reports.css: ok, bad, accent, faint


@dataclass(frozen=True, slots=True)
class Guide:
    """An upright line in a chart: `at` is counted in marks, so 2.5 is the middle of the third one."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A line or stacked bars over the steps of the period; the same numbers stand in a table below it."""

    key: str
    title: str
    shape: Literal["line", "bars"]
    kind: Kind
    series: Sequence[Series]
    marks: Sequence[Mark]
    ceiling: float | None = None
    # Where a line should stay above or below, if there is such a target.
    target: float | None = None
    note: str = ""
    first_column: str = "Day"
    guides: Sequence[Guide] = ()
    # Whether the space between the first and the last line is shaded.
    is_band: bool = False
    # What stands at the left edge of each mark instead of its label below its middle.
    edges: Sequence[str] = ()
    # Whether the bars lie below each other, each with its name: for marks that are no steps of time or length.
    is_lying: bool = False


@dataclass(frozen=True, slots=True)
class HeatCell:
    value: float | None
    link: str


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A figure by weekday and hour of the report's clock."""

    key: str
    title: str
    kind: Kind
    cells: Sequence[Sequence[HeatCell]]
    # Whether much of it is bad news, which is drawn in red.
    is_bad: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter that the page offers as a list."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str
    # Seldom chosen: behind "More filters".
    is_more: bool = False

    @property
    def has_any(self) -> bool:
        """Whether "any" has to be offered; some lists have a usual value."""
        return all(value for value, _ in self.options)


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a page, a file or a test may want of one run; made with a fixed number of queries."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    tiles: Sequence[Tile] = ()
    charts: Sequence[Chart] = ()
    heatmaps: Sequence[Heatmap] = ()
    # What is to be said of a group of rows, by its name.
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not any(self.rows)


@dataclass(frozen=True, slots=True)
class Filters(ABC):
    """What a run looks at. The URL holds all of it, so a link shows the same figures to whoever may see them."""

    period: Period

    @classmethod
    @abstractmethod
    def from_query(cls, values: Mapping[str, str], *, now: datetime, zone: ZoneInfo) -> Self:
        """Raises Invalid at the field that is wrong."""

    @abstractmethod
    def query(self) -> dict[str, str]:
        """The part of the URL that brings these filters back."""


class Report(ABC):
    """One report. Stateless; every read is narrowed to what the viewer may see."""

    slug: ClassVar[str]
    title: ClassVar[str]
    # What a manager would ask who opens it; the description says how it answers.
    question: ClassVar[str]
    description: ClassVar[str]
    icon: ClassVar[str] = "chart-column"
    Filters: ClassVar[type[Filters]]
    # What there must be before it can show anything, for whoever finds it empty.
    needs: ClassVar[str] = "Figures appear as soon as there is something to count."
    # What it should reach, if that can be said in percent.
    target: ClassVar[Target | None] = None
    # Whether its page also lists the promises that fall due next.
    shows_upcoming: ClassVar[bool] = False
    # Whether customers' comments on ratings stand behind it.
    shows_comments: ClassVar[bool] = False
    # Whether its figures are those of a moment, so that those of several days do not add up.
    is_of_a_moment: ClassVar[bool] = False
    # Whether it counts people rather than tickets: only who sees the whole desk may see anything of it.
    is_of_people: ClassVar[bool] = False

    @abstractmethod
    def run(self, viewer: Agent, filters: Any, *, now: datetime) -> Result:
        """The figures. A fixed number of queries, whatever the number of tickets."""

    def choices(self, viewer: Agent, filters: Any) -> Sequence[Choice]:
        """The filters that the page offers beside the period."""
        return ()
