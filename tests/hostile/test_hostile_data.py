"""Image files, .npz sets, .aez files, links and names from untrusted sources."""

from __future__ import annotations

import base64
import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from mutators import MARKUP, extra_memory, long_directory, mutated, parts_of, zipped
from PIL import Image

from ae.compression import codec, quantizer
from ae.data import load_data
from ae.data.image_file import PictureError, read_picture
from ae.data.image_sets import open_images
from ae.data.ink_text import pack_ink, unpack_ink
from ae.data.uploads import read_collection
from ae.errors import DataError
from ae.nn.pca import PCA
from ae.ui.components.latent_map import Look
from ae.ui.markdown import plain


def told(error: BaseException) -> bool:
    return 10 < len(str(error)) < 1000 and "Traceback" not in str(error)


# --- pictures


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_hundreds_of_damaged_pictures_are_refused_or_read(mnist, form):
    ink = np.kron(mnist.x_test[0], np.ones((2, 2)))
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rint(255 * ink).astype(np.uint8)).save(file, form, exif=exif)
    refused = 0
    for damaged in mutated(file.getvalue(), 340):
        try:
            seen = read_picture(damaged)
        except PictureError as error:
            assert told(error)  # noqa: PT017
            refused += 1
        else:
            assert seen.shape == (56, 56)
            assert ((seen >= 0) & (seen <= 1)).all()
    assert refused > 100


def chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def png(width: int, height: int, colour: int, depth: int, interlaced: int, extra: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
    rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + head + extra + rows + chunk(b"IEND", b"")


def test_png_files_that_claim_any_size_are_refused(mnist):
    bomb = zlib.compress(bytes(80 << 20))
    extras = (b"", chunk(b"zTXt", b"a\0\0" + bomb), chunk(b"iCCP", b"a\0\0" + bomb))
    for extra in extras:
        for side in (0, 1, 7_000, 2**31 - 1):
            for colour in range(8):
                for depth, interlaced in ((1, 0), (8, 1), (16, 0)):
                    with pytest.raises(PictureError, match="must"):
                        read_picture(png(side, side, colour, depth, interlaced, extra))


def test_the_largest_pictures_take_less_than_500_mb(tmp_path):
    # Made by another process: making them takes as much as reading them.
    largest = (("RGBA", "PNG", 7000), ("I;16", "PNG", 7070), ("CMYK", "JPEG", 7000))
    for mode, form, side in (*largest, ("RGBA", "WEBP", 4990)):
        path = str(tmp_path / f"{mode}.{form}")
        options = f"{form!r}, method=0, progressive=True"
        code = f"Image.new({mode!r}, ({side}, {side})).save({path!r}, {options})"
        subprocess.run([sys.executable, "-c", f"from PIL import Image; {code}"], check=True)
    attack = f"""
for path in pathlib.Path({str(tmp_path)!r}).iterdir():
    refused(read_picture, path.read_bytes())
"""
    assert extra_memory("import pathlib\nfrom ae.data.image_file import read_picture", attack) < 500


# --- .npz


def npy(header: bytes, content: bytes = b"", version: bytes = b"\1\0") -> bytes:
    size = struct.pack("<H" if version == b"\1\0" else "<I", len(header))
    return b"\x93NUMPY" + version + size + header + content


def header(descr="'|u1'", shape="(3, 28, 28)", order="False") -> bytes:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}}}\n".encode()


PICKLE = b"cos\nsystem\n(S'touch pickled'\ntR."
HEADERS = [
    header(descr, shape)
    for descr in ("'|u1'", "'<f8'", "'|O'", "[('a', '|O')]", "'<U9'", "'>f2'", "'<f16'", "7", "[]")
    for shape in (
        "(3, 28, 28)",
        "(10**12, 28, 28)",
        f"({10**12}, 28, 28)",
        "(-1, 28, 28)",
        "(0, 28, 28)",
        "(True, 28, 28)",
        "()",
        "3",
        f"({'9' * 5000}, 28, 28)",
    )
] + [
    b"",
    b"{",
    b"(" * 9000,
    b"-" * 9000 + b"1",
    b"{[]: 1}",
    b"\xff" * 50,
    b"'" * 3,
    b"__import__('os')",
]


def refused_or_sound(data: bytes) -> bool:
    """Whether the set is refused, by both readers of images; what is taken lies in [0, 1]."""
    read = read_collection([("a.npz", data)])
    assert all(told(ValueError(text)) for text in read.refused)
    assert ((read.images >= 0) & (read.images <= 1)).all()
    try:
        for images in open_images(io.BytesIO(data))[1]:
            assert np.isfinite(images).all()
    except DataError as error:
        assert told(error)  # noqa: PT017
        return True
    return False


@pytest.fixture
def in_tmp(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert not (tmp_path / "pickled").exists(), "code was run"


@pytest.mark.parametrize("content", [b"", PICKLE, bytes(3 * 784), b"\xff" * 3 * 784 * 8])
def test_array_headers_of_any_kind_are_refused_or_sound(in_tmp, small_npz, content):
    whole = parts_of(small_npz.read_bytes())
    for number, text in enumerate(HEADERS):
        for version in (b"\1\0", b"\2\0", b"\3\0", b"\x09\0"):
            array = npy(text, content, version)
            refused_or_sound(zipped({"x_test.npy": array}))
            if number % 3 == 0:
                path = in_tmp / "set.npz"
                path.write_bytes(zipped(whole | {"x_train.npy": array, "y_train.npy": array}))
                with pytest.raises(DataError, match="Received"):
                    load_data(path)


def test_a_thousand_damaged_sets_are_refused_or_sound(in_tmp):
    file = io.BytesIO()
    np.savez(file, images=np.random.default_rng(0).random((2, 28, 28)))
    assert sum(map(refused_or_sound, mutated(file.getvalue(), 1000))) > 500
    assert refused_or_sound(long_directory())
    array = parts_of(file.getvalue())["images.npy"]
    assert sum(refused_or_sound(zipped({"a.npy": each})) for each in mutated(array[:128], 200)) > 50


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, -1e-9, 1.1, 1e300])
def test_values_that_are_no_grey_levels_are_refused(number):
    images = np.zeros((2, 28, 28))
    images[1, 5, 5] = number
    file = io.BytesIO()
    np.savez(file, images)
    assert refused_or_sound(file.getvalue())


def test_bombs_of_arrays_take_no_memory(tmp_path):
    zeros = bytes(200 << 20)
    np_header = header(shape=f"({10**12}, 28, 28)")
    (tmp_path / "0.npz").write_bytes(zipped({"a.npy": npy(np_header, zeros)}))
    (tmp_path / "1.npz").write_bytes(long_directory())
    (tmp_path / "2.npz").write_bytes(zipped({"a.npy": zeros}))
    attack = f"""
for path in sorted(pathlib.Path({str(tmp_path)!r}).glob("*.npz")):
    read_collection([("a.npz", path.read_bytes())])
    refused(load_data, path)
"""
    setup = (
        "import pathlib\nfrom ae.data import load_data\nfrom ae.data.uploads import read_collection"
    )
    assert extra_memory(setup, attack) < 150


@pytest.mark.parametrize(("train", "test"), [(119_999, 1), (60_000, 60_000)])
def test_the_largest_set_takes_less_than_500_mb(tmp_path, train, test):
    sets = {}
    for name, count in (("train", train), ("test", test)):
        images = header(shape=f"({count}, 28, 28)")
        sets[f"x_{name}.npy"] = npy(images, bytes(784 * count))
        sets[f"y_{name}.npy"] = npy(header("'<i8'", f"({count},)"), bytes(8 * count))
    path = tmp_path / "a.npz"
    path.write_bytes(zipped(sets))
    attack = f"assert len(load_data({str(path)!r}).x_train) == {train}"
    assert extra_memory("from ae.data import load_data", attack) < 500


# --- .aez


@pytest.fixture(scope="module")
def pca(small_data) -> PCA:
    return PCA.fit(small_data.x_train, 12)


@pytest.fixture(scope="module")
def message(pca, small_data) -> bytes:
    statistics = quantizer.measure(pca, small_data.x_train)
    return codec.compress(small_data.x_test[:20], pca, statistics.quantizer(6))


def with_checksums(file: bytes, latent_dim: int = 12) -> bytes:
    """The file with the checksums that a forger would write."""
    head = codec.header_size(latent_dim) - 4
    check = zlib.crc32(file[:head])
    out = file[:head] + struct.pack("<I", check)
    block = file[head + 4 : -4]
    return out + block + struct.pack("<I", zlib.crc32(block, check))


def test_a_thousand_damaged_and_forged_files_are_refused_or_give_pictures(pca, message):
    refused = 0
    files = list(mutated(message, 500))
    files += [with_checksums(message[:6] + each) for each in mutated(message[6:], 500, seed=1)]
    for file in files:
        try:
            images = codec.decompress(file, pca)
        except codec.CodecError as error:
            assert told(error)  # noqa: PT017
            refused += 1
        else:
            assert images.shape[1:] == (28, 28)
            assert ((images >= 0) & (images <= 1)).all()
    assert refused > 800


def test_forged_tables_give_pictures_or_are_refused(pca, message):
    start = 34
    for centre in (0.0, 1e38, 3e38, np.nan, np.inf):
        for step in (0.0, -1.0, 1e38, np.inf, 1e-45):
            for spread in (0, 1, 65535):
                record = struct.pack("<ffH", centre, step, spread)
                forged = message[:start] + record * 12 + message[start + 120 :]
                try:
                    images = codec.decompress(with_checksums(forged), pca)
                except codec.CodecError as error:
                    assert told(error)  # noqa: PT017
                else:
                    assert np.isfinite(images).all()


def test_a_file_that_claims_everything_takes_no_memory(message, pca, tmp_path):
    head = bytearray(message)
    head[10:18] = (2**64 - 1).to_bytes(8, "little")
    (tmp_path / "a.aez").write_bytes(with_checksums(bytes(head)))
    np.savez(tmp_path / "pca.npz", **vars(pca))
    setup = f"""
import numpy as np
from ae.compression import codec
from ae.nn.pca import PCA
pca = PCA(**np.load({str(tmp_path / "pca.npz")!r}))
"""
    attack = f"refused(codec.decompress, open({str(tmp_path / 'a.aez')!r}, 'rb').read(), pca)"
    assert extra_memory(setup, attack) < 100


# --- links and names


def test_a_thousand_drawings_in_links_are_refused_or_are_ink():
    text = pack_ink(np.random.default_rng(0).random((56, 56)) > 0.9)
    refused = 0
    for damaged in mutated(text.encode(), 1000):
        try:
            image = unpack_ink(damaged.decode("utf-8", "replace"))
        except ValueError as error:
            assert told(error)  # noqa: PT017
            refused += 1
        else:
            assert image.shape == (56, 56)
            assert ((image >= 0) & (image <= 1)).all()
    assert refused > 800
    bomb = "8" + base64.urlsafe_b64encode(zlib.compress(bytes(1 << 20))).decode()
    for text in (bomb, *MARKUP, "8", "", "8" * 10**6):
        with pytest.raises(ValueError, match="complete drawing"):
            unpack_ink(text)


def test_a_thousand_places_in_links_are_finite_or_nothing():
    good = Look((1.5, -2.0), 7, ((0.0, 1.0), (2.0, 3.0), (4.0, 5.0))).to_params()
    texts = [each.decode("utf-8", "replace") for each in mutated(good["area"].encode(), 1000)]
    texts += [*MARKUP, "nan,nan", "inf,1", "1e999,0", "9" * 5000, "٣,٣", ";" * 10**5, "1_0,1"]
    for text in texts:
        look = Look.from_params(text, text, text, 100)
        assert np.isfinite(np.array(look.area).reshape(-1, 2)).all()
        assert look.digit is None or 0 <= look.digit < 100
        assert look.inside(np.zeros((3, 2))).shape == (3,)


def test_a_thousand_file_names_are_shown_and_harmless():
    names = [
        each.decode("utf-8", "replace") for m in MARKUP[:8] for each in mutated(m.encode(), 125)
    ]
    for name in [*names, *MARKUP]:
        shown = plain(name)
        shown.encode()  # as the browser gets it
        assert len(shown.splitlines()) <= 1
        bare = shown.replace("\\\\", "")
        for mark in "`*_[]<>#!|~$&":
            assert bare.count(mark) == bare.count(f"\\{mark}"), (name, shown)
    refused = read_collection([(name, b"") for name in MARKUP]).refused
    assert len(refused) == len(MARKUP)
    assert all(len(text) < 600 for text in refused)
