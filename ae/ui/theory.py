"""What is proven about autoencoders, as every page says it."""

# Baldi, "Autoencoders, Unsupervised Learning, and Deep Architectures" (2012), section 3.
LINEAR = (
    "Theory predicts that a **linear** autoencoder reconstructs on average no better than PCA with "
    "the same number of dimensions: at its best it gives the same reconstructions "
    "([Baldi, 2012](https://proceedings.mlr.press/v27/baldi12a.html))."
)
# The same, on pages that are about something else.
AS_PCA = (
    "As theory predicts, a linear autoencoder reconstructs on average no better than PCA with the "
    "same number of dimensions."
)
