"""The file of existing clients and the report on it."""
