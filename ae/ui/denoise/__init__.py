"""The parts of the Denoise page."""
