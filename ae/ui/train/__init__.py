"""The larger parts of the Train page."""
