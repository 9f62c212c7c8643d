"""The same running service as the flows have, on each database in turn."""

from tests.e2e.conftest import schemas, service

__all__ = ["schemas", "service"]
