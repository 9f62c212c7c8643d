"""The beschikking for a client on paper: the same letter as a page and as a PDF."""
