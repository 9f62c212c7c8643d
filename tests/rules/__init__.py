"""Tests of the technische regels: one class per rule id."""
