"""Measures of models, images and latent vectors. Arrays in, arrays or numbers out."""
