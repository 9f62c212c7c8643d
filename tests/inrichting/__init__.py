"""Tests of reading, storing and showing an inrichting."""
