"""Who takes part: agents, teams, roles and tokens; contacts, their identities and organizations."""
