"""Technische regels of the standard as small pure functions."""
