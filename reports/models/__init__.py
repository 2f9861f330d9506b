"""What reports keep."""

from reports.models.saved import Every, SavedReport

__all__ = ["Every", "SavedReport"]
