"""Why an embedded server cannot serve, in one sentence that says what to do."""


class CannotStart(Exception):
    """The sentence is shown to the person who typed the command."""
