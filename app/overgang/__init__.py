"""The file of existing clients that a gemeente converts, and the report on it."""
