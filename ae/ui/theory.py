"""What is proven about autoencoders, as every page says it."""

# Baldi, "Autoencoders, Unsupervised Learning, and Deep Architectures" (2012), section 3.
LINEAR = (
    "Theory predicts that a **linear** autoencoder reconstructs no better than PCA with the same "
    "number of dimensions: at its best it uses the same subspace "
    "([Baldi, 2012](https://proceedings.mlr.press/v27/baldi12a.html))."
)
