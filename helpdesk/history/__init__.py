"""Writes believable pasts of tickets by COPY: what the demo desk and the big seeds are made of."""
