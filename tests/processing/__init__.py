"""Use cases on a real database, without HTTP."""
