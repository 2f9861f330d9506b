"""What reports keep."""

from reports.models.closed import ClosedDay, LateFact
from reports.models.saved import Every, SavedReport

__all__ = ["ClosedDay", "Every", "LateFact", "SavedReport"]
