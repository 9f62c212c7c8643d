"""Tests of the standard on the wire."""
