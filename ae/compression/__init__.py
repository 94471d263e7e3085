"""Images as a few bytes: quantizer, entropy coder, file format, rate-distortion curves."""
