"""The HTTP API under /v1: translate in, call one use case, translate out."""
