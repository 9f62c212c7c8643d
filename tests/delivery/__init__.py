"""How bytes leave the house and come in."""
