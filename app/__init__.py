"""Berichtenservice voor iWmo: from a 301 to the 304 that says where every euro went."""
