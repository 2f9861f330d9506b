"""Reckons figures over columns of facts: closed days come from store, open ones from the facts themselves."""
