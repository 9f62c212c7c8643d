"""Tests of the StUF-GGk envelope."""
