"""Rate-distortion comparison of models, PCA and image formats: bytes against quality."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ae.analysis import metrics
from ae.compression import codec
from ae.compression.quantizer import Calibration, Quantizer
from ae.imaging import contact_sheet, to_bytes
from ae.nn.base import Model
from ae.nn.pca import PCA

PICTURE_FORMATS = ("JPEG", "WebP")
QUALITIES = range(1, 96)  # above 95, says Pillow, files grow but images do not improve
PCA_SIZES = (8, 16, 32, 64, 128, 256)
PCA_BITS = range(4, 7)
_QUALITY, _COMPONENTS = "quality {}".format, "{} components, {} bits".format  # Sent.setting
LOWEST_SETTINGS = (_QUALITY(QUALITIES[0]), _COMPONENTS(PCA_SIZES[0], PCA_BITS[0]))
_COLUMNS = 32  # of a contact sheet, whose shape changes a file's size by a few per cent only


@dataclass(frozen=True, eq=False)
class Sent:
    """A set of images after compression and decompression.

    Attributes
    ----------
    setting : str
        Parameters of the compression, for people.
    size : int
        Bytes of the compressed file, headers included.
    images : float array of shape (n, 28, 28), values in [0, 1]
        The decompressed images.
    psnr : float
        In dB, averaged over the images. Infinite if the compression is lossless.
    """

    setting: str
    size: int
    images: np.ndarray
    psnr: float


@dataclass(frozen=True)
class Point:
    """One point of a rate-distortion curve.

    Attributes
    ----------
    series : str
        Name of the curve.
    setting : str
        Parameters of the compression, for people.
    bits_per_image : float
        Of a file with all images, headers included.
    psnr : float
        In dB, averaged over the images.
    """

    series: str
    setting: str
    bits_per_image: float
    psnr: float


def send(images: np.ndarray, model: Model, quantizer: Quantizer, setting: str = "") -> Sent:
    """Compress images, float (n, 28, 28), with a model and decompress them again.

    ``setting`` names the parameters, by default the number of bits.
    """
    file = io.BytesIO()
    blocks = [
        received for _, received in codec.write(file, [images], len(images), model, quantizer)
    ]
    setting = setting or f"{quantizer.bits} bits"
    return _sent(images, setting, len(file.getvalue()), np.concatenate(blocks))


def send_picture(images: np.ndarray, file_format: str, quality: int = 0) -> Sent:
    """Compress images to an image file and decompress them again; see ``picture_file``."""
    from PIL import Image

    pixels = to_bytes(images)
    file = picture_file(images, file_format, quality)
    with Image.open(io.BytesIO(file)) as picture:
        received = _cut(np.asarray(picture.convert("L")), len(images))
    setting = "lossless" if file_format == "PNG" else _QUALITY(quality)
    # Compared with 8-bit images: an image file cannot hold anything finer.
    return _sent(pixels / 255, setting, len(file), received / 255)


def picture_file(
    images: np.ndarray, file_format: str, quality: int = 0, *, optimize: bool = True
) -> bytes:
    """Return images as one image file that contains them all, as a contact sheet.

    With one file for each image, the headers alone would decide: a PNG of one digit has 270 bytes
    on average, in a contact sheet a digit takes 161.

    Parameters
    ----------
    images : float array of shape (n, 28, 28), values in [0, 1]
    file_format : str
        "PNG" (lossless, has no quality), "JPEG" or "WebP".
    quality : int
        Of ``QUALITIES``; ignored for PNG.
    optimize : bool
        Whether a PNG is made 3 % smaller, which takes 2.4 s more for 10,000 digits.
    """
    from PIL import Image

    options = {"optimize": optimize} if file_format == "PNG" else {"quality": quality}
    file = io.BytesIO()
    sheet = contact_sheet(images, min(len(images), _COLUMNS))
    Image.fromarray(sheet).save(file, file_format, **options)
    return file.getvalue()


def smallest_as_good(send_at: Callable[[int], Sent], values: Sequence[int], psnr: float) -> Sent:
    """Return the smallest result that is good enough.

    Parameters
    ----------
    send_at : callable
        From one of ``values`` to the result. Size and PSNR must rise with the value.
    values : sequence of int
        In rising order.
    psnr : float
        In dB.

    Returns
    -------
    Sent
        For the first value that reaches ``psnr``, found by bisection; for the last if none does.
    """
    return _bisect(send_at, values, lambda sent: sent.psnr >= psnr)


def best_as_small(send_at: Callable[[int], Sent], values: Sequence[int], size: int) -> Sent:
    """Return the best result of at most ``size`` bytes, or that of the first value.

    Parameters are those of ``smallest_as_good``.
    """
    return _bisect(send_at, values[::-1], lambda sent: sent.size <= size)


def best_pca(
    images: np.ndarray, pca: PCA, statistics: Calibration, psnr: float, size: int | None
) -> Sent:
    """Return the best result of PCA over several numbers of components and bits.

    Parameters
    ----------
    images : float array of shape (n, 28, 28), values in [0, 1]
    pca : PCA
        Of training images. It is tried with those of ``PCA_SIZES`` that it has components for.
    statistics : Calibration
        Of ``pca``.
    psnr : float
        In dB. Without ``size``, the smallest result that reaches it is returned; if none does,
        the one with the highest PSNR.
    size : int, optional
        The best result of at most this number of bytes is returned; if there is none, the
        smallest.
    """
    tried = _pca_settings(images, pca, statistics, PCA_BITS)
    if size is None:
        good = [sent for sent in tried if sent.psnr >= psnr]
        return min(good, key=lambda s: s.size) if good else max(tried, key=lambda s: s.psnr)
    small = [sent for sent in tried if sent.size <= size]
    return max(small, key=lambda s: s.psnr) if small else min(tried, key=lambda s: s.size)


def model_points(
    series: str,
    images: np.ndarray,
    model: Model,
    statistics: Calibration,
    bits: Iterable[int],
) -> list[Point]:
    """Return the rate-distortion curve of a model: a point for each number of bits."""
    encodes_once = _EncodesOnce(model)
    return [_point(series, send(images, encodes_once, statistics.quantizer(b))) for b in bits]


def pca_points(
    images: np.ndarray, pca: PCA, statistics: Calibration, bits: Iterable[int] = PCA_BITS
) -> list[Point]:
    """Return the rate-distortion curve of PCA: the best of all numbers of components and bits."""
    tried = [_point("PCA", sent) for sent in _pca_settings(images, pca, statistics, bits)]
    return pareto_front(tried)


def picture_points(images: np.ndarray, file_format: str, qualities: Iterable[int]) -> list[Point]:
    """Return the rate-distortion curve of an image format: a point for each quality."""
    return [_point(file_format, send_picture(images, file_format, q)) for q in qualities]


def pareto_front(points: Iterable[Point]) -> list[Point]:
    """Return the points for which no other has fewer bits and a higher PSNR, by rising bits."""
    front: list[Point] = []
    for point in sorted(points, key=lambda p: (p.bits_per_image, -p.psnr)):
        if not front or point.psnr > front[-1].psnr:
            front.append(point)
    return front


def break_even(
    decoder_bytes: int, bytes_an_image: float, other_bytes_an_image: float
) -> int | None:
    """Return the number of images from which sending the decoder as well saves bytes, or None.

    Parameters
    ----------
    decoder_bytes : int
        Size of the decoder's file.
    bytes_an_image, other_bytes_an_image : float
        With the decoder, and with the other method.
    """
    saved = other_bytes_an_image - bytes_an_image
    return int(np.floor(decoder_bytes / saved)) + 1 if saved > 0 else None


class _EncodesOnce:
    """A model that remembers latent vectors: most of a curve's time went into encoding again."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._known: dict[bytes, np.ndarray] = {}

    @property
    def latent_dim(self) -> int:
        return self._model.latent_dim

    @property
    def fingerprint(self) -> bytes:
        return self._model.fingerprint

    def encode(self, images: np.ndarray) -> np.ndarray:
        key = images.tobytes()
        if key not in self._known:
            self._known[key] = self._model.encode(images)
        return self._known[key]

    def decode(self, z: np.ndarray) -> np.ndarray:
        return self._model.decode(z)

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        return self.decode(self.encode(images))


def _pca_settings(
    images: np.ndarray, pca: PCA, statistics: Calibration, bits: Iterable[int]
) -> list[Sent]:
    tried, bits = [], list(bits)
    for k in (k for k in PCA_SIZES if k <= pca.latent_dim):
        first = Calibration(
            statistics.mean[:k], statistics.standard_deviation[:k], statistics.sensitivity[:k]
        )
        for b in bits:
            tried.append(send(images, pca.truncate(k), first.quantizer(b), _COMPONENTS(k, b)))
    return tried


def _sent(images: np.ndarray, setting: str, size: int, received: np.ndarray) -> Sent:
    return Sent(setting, size, received, float(metrics.psnr(images, received).mean()))


def _point(series: str, sent: Sent) -> Point:
    return Point(series, sent.setting, 8 * sent.size / len(sent.images), sent.psnr)


def _bisect(
    send_at: Callable[[int], Sent], values: Sequence[int], reached: Callable[[Sent], bool]
) -> Sent:
    """Return the result for the first value that is ``reached``, or for the last value."""
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if reached(send_at(values[middle])):
            high = middle
        else:
            low = middle + 1
    return send_at(values[low])


def _cut(sheet: np.ndarray, count: int) -> np.ndarray:
    """Return the first ``count`` images of a contact sheet: uint8 (count, 28, 28)."""
    side = codec.SIDE
    rows, columns = sheet.shape[0] // side, sheet.shape[1] // side
    grid = sheet.reshape(rows, side, columns, side).transpose(0, 2, 1, 3)
    return grid.reshape(rows * columns, side, side)[:count]
