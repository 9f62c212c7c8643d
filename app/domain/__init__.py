"""What the service knows about the Wmo: pure values and decisions, standard library only."""
