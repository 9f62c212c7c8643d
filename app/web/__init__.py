"""The pages for people: rendered here, usable without script."""
