"""Images in a few bytes: quantizer, entropy coder, file format and rate-distortion curves."""
