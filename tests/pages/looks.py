"""What the pages show, taken apart; and the names that their tests share."""

import numpy as np

PAGES = ("start", "draw", "reconstruct", "denoise", "latent", "generate", "compress", "train")
OWN = "tiny-4"  # the name of somebody's own model beside conv-32


def parts(tile: np.ndarray) -> np.ndarray:
    """The digits of a tile from top to bottom, at 28×28: uint8 (n, 28, 28, 3)."""
    zoom = tile.shape[1] // 30
    small = tile[zoom // 2 :: zoom, zoom // 2 :: zoom]
    return np.stack([small[top : top + 28, :28, :3] for top in range(0, len(small), 30)])


def grey(image: np.ndarray) -> np.ndarray:
    """A digit, float (28, 28), as it must look on the screen: uint8 (28, 28, 3)."""
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)[..., None].repeat(3, axis=2)


def assert_looks_like(pixels: np.ndarray, image: np.ndarray) -> None:
    """Equal but for one grey level: a batch of another size rounds differently."""
    np.testing.assert_allclose(pixels.astype(int), grey(image).astype(int), atol=1)
