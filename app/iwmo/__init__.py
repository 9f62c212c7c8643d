"""The standard on the wire: schemas, reading and writing."""
