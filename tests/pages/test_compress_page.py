"""Compress: what the page says of sizes is what the files have."""

import io
import os

import numpy as np
import pytest
from looks import assert_looks_like, picture_rows

from ae.analysis import metrics
from ae.compression import codec, quantizer
from ae.imaging import to_bytes
from ae.store import export_script
from ae.ui import cache, state


@pytest.fixture
def quantizer_of(conv_32, mnist):
    statistics = quantizer.measure(conv_32[0], mnist.x_train[:5000])
    return statistics.quantizer


@pytest.fixture(autouse=True)
def warm(conv_32):
    """The curves are computed before the clock of the first page runs."""
    cache.model_points("conv-32")
    cache.baseline_points()


def told(at) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def downloads(monkeypatch) -> dict[str, bytes]:
    """The files that the page offers, which AppTest does not keep: name -> bytes."""
    import streamlit

    files = {}
    monkeypatch.setattr(
        streamlit,
        "download_button",
        lambda label, data, file_name, mime, **options: files.update({file_name: data()}),
    )
    return files


@pytest.mark.parametrize(("bits", "count"), [("6", "10"), ("3", "1")])
def test_the_sizes_on_the_page_are_those_of_the_file(
    open_page, conv_32, quantizer_of, mnist, monkeypatch, bits, count
):
    files = downloads(monkeypatch)
    at = open_page("compress", bits=bits, count=count, pick="3")
    file = files[f"digits-conv-32-{bits}-bits.aez"]
    digits = mnist.x_test[np.random.default_rng(3).permutation(len(mnist.x_test))[: int(count)]]
    per_digit = len(file) / int(count)
    assert float(told(at)["Bytes per digit"]) == pytest.approx(per_digit, abs=0.05)
    assert any(f"The file has {len(file):,} bytes" in caption.value for caption in at.caption)
    # the file holds those digits, but for the rounding of a network that saw another batch
    model, coder = conv_32[0], quantizer_of(int(bits))
    expected = model.decode(coder.dequantize(coder.quantize(model.encode(digits))))
    assert metrics.squared_error(codec.decompress(file, model), expected).max() < 3
    table = at.table[0].value
    assert list(table["Method"]) == ["conv-32", "PNG", "JPEG", "WebP", "PCA"]
    assert table["Bytes per digit"][0] == told(at)["Bytes per digit"]
    psnr = table["PSNR in dB"][[0, 2, 3, 4]].astype(float)
    assert (psnr[[2, 3]] >= psnr[0] - 0.01).all()


def test_at_the_same_size_the_others_are_no_larger_or_at_their_smallest(
    open_page, conv_32, monkeypatch
):
    downloads(monkeypatch)
    at = open_page("compress", bits="10")
    at.button_group(key="at").set_value("size").run()
    table = at.table[0].value.set_index("Method")
    sizes = table["Bytes per digit"].astype(float)
    assert sizes["PCA"] <= sizes["conv-32"]
    for name in ("JPEG", "WebP"):
        assert sizes[name] <= sizes["conv-32"] or table["Setting"][name] == "quality 1"


def test_the_sum_adds_up(open_page, conv_32, monkeypatch):
    downloads(monkeypatch)
    at = open_page("compress", message="100000")
    rows = at.table[1].value.set_index("Method")["Bytes in all"].str.replace(",", "").astype(int)
    decoder = cache.decoder_bytes("conv-32")
    assert rows["conv-32 and its decoder"] - rows["conv-32"] == pytest.approx(decoder, abs=1)
    assert rows["Uncompressed"] == 78_400_000
    assert f"{decoder:,} bytes" in " ".join(text.value for text in at.markdown)


def test_an_uploaded_set_comes_back_as_a_file_and_that_as_pictures(
    open_page, conv_32, mnist, monkeypatch
):
    files = downloads(monkeypatch)
    at = open_page("compress")
    upload = io.BytesIO()
    np.savez(upload, images=to_bytes(mnist.x_test[:12]))
    at.file_uploader(key="set_upload").set_value(("mine.npz", upload.getvalue(), "")).run()
    assert not at.exception
    file = files["mine.aez"]
    assert f"**{len(file):,} bytes**" in " ".join(text.value for text in at.markdown)
    at.file_uploader(key="set_upload").set_value(("mine.aez", file, "")).run()
    assert not at.exception
    said = " ".join(text.value for text in at.markdown)
    assert "12 images were reconstructed by **conv-32**" in said
    pictures = picture_rows(at)["Reconstructed"].pictures
    assert len(pictures) == 10
    images = codec.decompress(file, conv_32[0])
    for picture, image in zip(pictures, images[:10], strict=True):
        assert_looks_like(picture, image)


@pytest.mark.parametrize("name", ["mine.npz", "mine.aez"])
def test_an_upload_that_is_nothing_is_refused_in_a_sentence(open_page, conv_32, monkeypatch, name):
    downloads(monkeypatch)
    at = open_page("compress")
    at.file_uploader(key="set_upload").set_value((name, b"nothing of the kind", "")).run()
    assert not at.exception
    assert len(at.error) == 1


def test_what_is_sent_and_received_stands_first(open_page, conv_32, mnist, monkeypatch):
    files = downloads(monkeypatch)
    at = open_page("compress", pick="3")
    chosen = np.random.default_rng(3).permutation(len(mnist.x_test))[:10]
    sent, received = [*picture_rows(at).values()][:2]
    assert (sent.label, received.label) == ("Sent", "Received")
    assert sent.note == "78,400 bytes for 100 digits: 784 each. The first 10 are shown"
    file = files["digits-conv-32-6-bits.aez"]
    assert received.note.startswith(f"{len(file):,} bytes: {len(file) / 100:.1f} per digit")
    images = codec.decompress(file, conv_32[0])[:10]
    originals = mnist.x_test[chosen]
    for picture, image in zip(sent.pictures, originals, strict=True):
        assert_looks_like(picture, image)
    for picture, image in zip(received.pictures, images, strict=True):
        assert_looks_like(picture, image)
    psnr = [float(number) for number in received.numbers]
    np.testing.assert_allclose(psnr, metrics.psnr(originals, images), atol=0.06)


@pytest.mark.parametrize("name", ["linear-32", "conv-2"])
def test_quantization_does_not_better_the_picture(open_page, ship, monkeypatch, name):
    downloads(monkeypatch)
    ship(name)
    (psnr,) = [each for each in open_page("compress", model=name).metric if each.label == "PSNR"]
    assert float(psnr.value.split()[0]) <= float(psnr.delta.split()[0])


def test_without_a_drawing_one_is_asked_for(open_page, conv_32, monkeypatch):
    downloads(monkeypatch)
    at = open_page("compress")
    at.button_group(key="send").set_value("drawing").run()
    assert "Bytes per digit" not in told(at)
    assert any("Draw a digit" in caption.value for caption in at.caption)
    assert at.table  # the curves and the sum stand all the same


def test_the_drawing_of_another_page_is_what_is_sent(open_page, conv_32, mnist, monkeypatch):
    files = downloads(monkeypatch)
    ink = mnist.x_test[0].repeat(2, axis=0).repeat(2, axis=1)
    at = open_page("start")
    at.session_state[state.DRAWN] = ink
    at.switch_page("ae/ui/pages/compress.py").run()
    at.button_group(key="send").set_value("drawing").run()
    assert not at.exception
    file = files["digits-conv-32-6-bits.aez"]
    assert told(at)["Bytes per digit"] == str(len(file))
    (received,) = codec.decompress(file, conv_32[0])
    assert_looks_like(picture_rows(at)["Original"].pictures[0], mnist.x_test[0])
    assert_looks_like(picture_rows(at)["conv-32"].pictures[0], received)


def test_the_model_can_be_downloaded(open_page, conv_32, models_folder, monkeypatch):
    files = downloads(monkeypatch)
    open_page("compress")
    folder = models_folder / "conv-32"
    assert files["conv-32.keras"] == (folder / "model.keras").read_bytes()
    assert files["conv-32-history.csv"] == (folder / "history.csv").read_bytes()
    assert files["conv-32.py"] == export_script.script(conv_32[1])


@pytest.mark.parametrize(
    ("put_instead", "reason"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), "link"),
        (lambda path: path.symlink_to("/dev/zero"), "link"),
        (os.mkfifo, "must be a regular file"),
        (os.mkdir, "cannot be read"),
    ],
    ids=["link", "device", "pipe", "folder"],
)
def test_a_history_that_is_no_file_is_refused_and_the_rest_given(
    open_page, conv_32, models_folder, monkeypatch, put_instead, reason
):
    path = models_folder / "conv-32" / "history.csv"
    path.unlink()
    put_instead(path)
    files = downloads(monkeypatch)
    (error,) = open_page("compress").error
    assert "history.csv" in error.value
    assert reason in error.value
    assert {"conv-32.keras", "conv-32.py"} < files.keys()
    assert "conv-32-history.csv" not in files


def test_a_model_without_a_history_is_offered_without_one(
    open_page, conv_32, models_folder, monkeypatch
):
    (models_folder / "conv-32" / "history.csv").unlink()
    files = downloads(monkeypatch)
    assert not open_page("compress").error
    assert "conv-32-history.csv" not in files
