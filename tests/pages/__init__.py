"""The pages in a real browser: what people with a keyboard, a screen reader, a telephone or bad intentions meet."""
