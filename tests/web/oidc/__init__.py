"""Tests of logging in through the identity provider."""
