"""One use case per module, one transaction each: load facts, decide purely, record."""
