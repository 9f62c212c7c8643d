"""The HTTP API: what it answers, to whom, and what it keeps to itself."""
