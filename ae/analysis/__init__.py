"""Measures of models, images and latent vectors: arrays in, arrays or numbers out."""
