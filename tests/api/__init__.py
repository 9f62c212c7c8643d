"""Each endpoint over HTTP, on SQLite and PostgreSQL."""
