"""The real servers of a desk without servers: PostgreSQL and Valkey from their wheels, under VAR_DIR."""
