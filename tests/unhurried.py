"""What Hypothesis is not asked to judge in a test that draws values beside a fixture: that, and how fast it draws.

`suppress_health_check` of a test takes the place of that of the profile (tests/conftest.py), so it names both.
"""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck

BESIDE_A_FIXTURE: Final = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
"""The fixture is the same for all examples, which is meant; a busy machine is no failure."""
