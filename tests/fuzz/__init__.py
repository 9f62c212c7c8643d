"""Inputs that a machine thinks of: the readers of what others send, and what must hold for every input."""
