"""What must hold when machines, networks and parties fail, proven on the real command."""
