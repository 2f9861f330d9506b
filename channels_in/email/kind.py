"""The word for this kind of channel, for everybody in this folder."""

KIND = "email"
