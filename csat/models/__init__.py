"""The rows of customer satisfaction: surveys, requests, ratings, recoveries."""

from csat.models.rating import Rating
from csat.models.recovery import Cause, Outcome, Recovery
from csat.models.request import RequestState, SurveyRequest
from csat.models.survey import Scale, Survey

__all__ = ["Cause", "Outcome", "Rating", "Recovery", "RequestState", "Scale", "Survey", "SurveyRequest"]
