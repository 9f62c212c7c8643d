"""The `iwmo` command: what it prints, on which stream, and how it exits."""
