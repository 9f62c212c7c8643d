"""Every table with the questions asked of it; rows never leave this package."""
