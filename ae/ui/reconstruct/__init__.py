"""Parts of the Reconstruct page."""
