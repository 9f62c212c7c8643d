"""The inrichting outside the domain: YAML files in, one stored document per gemeente, YAML text out."""
