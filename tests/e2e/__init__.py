"""The whole service over HTTP, on SQLite and PostgreSQL."""
