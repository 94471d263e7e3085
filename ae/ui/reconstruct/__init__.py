"""The parts of the Reconstruct page."""
