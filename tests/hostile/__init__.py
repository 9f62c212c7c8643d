"""Hostile inputs at every door: what each is answered, what it costs, and that nothing else is opened or called."""
