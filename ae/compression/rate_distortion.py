"""How many bytes an image takes and how good it then is: models, PCA and picture formats."""

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
QUALITIES = range(1, 96)  # Pillow's advice: above 95 files grow and pictures do not improve
PCA_SIZES = (8, 16, 32, 64, 128, 256)
PCA_BITS = range(4, 7)
_COLUMNS = 32  # of a sheet: its shape changes a file's size by a few per cent only


@dataclass(frozen=True, eq=False)
class Sent:
    """A set of images as it arrives.

    setting : what it was compressed with, for people.
    size : bytes of the whole file, headers included.
    images : float (n, 28, 28) in [0, 1].
    psnr : in dB, averaged over the images; infinite if nothing was lost.
    """

    setting: str
    size: int
    images: np.ndarray
    psnr: float


@dataclass(frozen=True)
class Point:
    """One point of a rate-distortion curve.

    series : the curve that it is on. setting : what it was compressed with.
    bits_per_image : of a file with all the images, headers included. psnr : mean, in dB.
    """

    series: str
    setting: str
    bits_per_image: float
    psnr: float


def send(images: np.ndarray, model: Model, quantizer: Quantizer, setting: str = "") -> Sent:
    """Images, float (n, 28, 28), through a model's codes at the quantizer's bits and back."""
    data = codec.compress(images, model, quantizer)
    setting = setting or f"{quantizer.bits} bits"
    return _sent(images, setting, len(data), codec.decompress(data, model))


def send_picture(images: np.ndarray, file_format: str, quality: int = 0) -> Sent:
    """Images, float (n, 28, 28), as ``picture_file`` and back."""
    from PIL import Image

    pixels = to_bytes(images)
    file = picture_file(images, file_format, quality)
    with Image.open(io.BytesIO(file)) as picture:
        back = _cut(np.asarray(picture.convert("L")), len(images))
    setting = "lossless" if file_format == "PNG" else f"quality {quality}"
    # Against whole grey levels, which is all that a picture file takes.
    return _sent(pixels / 255, setting, len(file), back / 255)


def picture_file(
    images: np.ndarray, file_format: str, quality: int = 0, *, optimize: bool = True
) -> bytes:
    """Images, float (n, 28, 28), as one picture file with all of them on a sheet.

    One file for each would pay for its header each time: 270 bytes a digit as PNG and not 161.
    file_format : "PNG", which is lossless and has no quality, "JPEG" or "WebP".
    optimize : of a PNG alone: 3 % smaller, for 2.4 s more of work on 10,000 digits.
    """
    from PIL import Image

    options = {"optimize": optimize} if file_format == "PNG" else {"quality": quality}
    file = io.BytesIO()
    sheet = contact_sheet(images, min(len(images), _COLUMNS))
    Image.fromarray(sheet).save(file, file_format, **options)
    return file.getvalue()


def smallest_as_good(send_at: Callable[[int], Sent], values: Sequence[int], psnr: float) -> Sent:
    """The first of rising ``values`` that reaches ``psnr``, found by bisection, or the last."""
    return _bisect(send_at, values, lambda sent: sent.psnr >= psnr)


def best_as_small(send_at: Callable[[int], Sent], values: Sequence[int], size: int) -> Sent:
    """The last of rising ``values`` that takes at most ``size`` bytes, or the first."""
    return _bisect(send_at, values[::-1], lambda sent: sent.size <= size)


def best_pca(
    images: np.ndarray, pca: PCA, statistics: Calibration, psnr: float, size: int | None
) -> Sent:
    """The best of PCA at several numbers of components and bits.

    pca, statistics : with as many components as there are to try.
    size : None for the smallest file that reaches ``psnr`` (or the best, if none does); else the
        best that takes at most ``size`` bytes (or the smallest, if none does).
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
    """The curve of one model over ``bits``."""
    return [_point(series, send(images, model, statistics.quantizer(b))) for b in bits]


def pca_points(
    images: np.ndarray, pca: PCA, statistics: Calibration, bits: Iterable[int] = PCA_BITS
) -> list[Point]:
    """PCA's curve: of all numbers of components and bits, those that no other one beats."""
    tried = [_point("PCA", sent) for sent in _pca_settings(images, pca, statistics, bits)]
    return pareto_front(tried)


def picture_points(images: np.ndarray, file_format: str, qualities: Iterable[int]) -> list[Point]:
    """The curve of a picture format over its quality setting."""
    return [_point(file_format, send_picture(images, file_format, q)) for q in qualities]


def pareto_front(points: Iterable[Point]) -> list[Point]:
    """The points that no other one beats in both bits and PSNR, by rising bits."""
    front: list[Point] = []
    for point in sorted(points, key=lambda p: (p.bits_per_image, -p.psnr)):
        if not front or point.psnr > front[-1].psnr:
            front.append(point)
    return front


def break_even(
    decoder_bytes: int, bytes_an_image: float, other_bytes_an_image: float
) -> int | None:
    """From how many images on it pays to send the decoder too, or None if it never does."""
    saved = other_bytes_an_image - bytes_an_image
    return int(np.floor(decoder_bytes / saved)) + 1 if saved > 0 else None


def _pca_settings(images, pca, statistics, bits) -> list[Sent]:
    tried = []
    for k in (k for k in PCA_SIZES if k <= pca.latent_dim):
        first = Calibration(
            statistics.mean[:k], statistics.deviation[:k], statistics.sensitivity[:k]
        )
        for b in bits:
            setting = f"{k} numbers, {b} bits"
            tried.append(send(images, pca.truncate(k), first.quantizer(b), setting))
    return tried


def _sent(images: np.ndarray, setting: str, size: int, back: np.ndarray) -> Sent:
    return Sent(setting, size, back, float(metrics.psnr(images, back).mean()))


def _point(series: str, sent: Sent) -> Point:
    return Point(series, sent.setting, 8 * sent.size / len(sent.images), sent.psnr)


def _bisect(send_at, values, reached) -> Sent:
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if reached(send_at(values[middle])):
            high = middle
        else:
            low = middle + 1
    return send_at(values[low])


def _cut(sheet: np.ndarray, count: int) -> np.ndarray:
    """The ``count`` images of a sheet: uint8 (count, 28, 28)."""
    side = codec.SIDE
    rows, columns = sheet.shape[0] // side, sheet.shape[1] // side
    grid = sheet.reshape(rows, side, columns, side).transpose(0, 2, 1, 3)
    return grid.reshape(rows * columns, side, side)[:count]
