"""The beschikking as a page and as a PDF."""
