"""The service with one defence off at a time, and the tests that must see it."""
