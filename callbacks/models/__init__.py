"""The tables of the callbacks app."""

from callbacks.models.callback import AskedBy as AskedBy
from callbacks.models.callback import Callback as Callback
from callbacks.models.callback import CallbackState as CallbackState
