"""While a large message is worked on nothing is collected; afterwards it is, whoever was last."""

from __future__ import annotations

import gc

import pytest

from app.processing.collector import collector_paused


def test_collects_again_after_the_last():
    with collector_paused():
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collects_again_after_an_error():
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled()


def test_decorates():
    @collector_paused()
    def enabled() -> bool:
        return gc.isenabled()

    assert (enabled(), gc.isenabled()) == (False, True)
