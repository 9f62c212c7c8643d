"""Each command of `iwmo`, as an operator meets it."""
