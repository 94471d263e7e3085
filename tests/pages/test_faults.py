"""Faults under a page that is open, and two visitors at once: a sentence, and nobody else's."""

from __future__ import annotations

import errno
import os
import shutil

import numpy as np
import pytest
from looks import OWN
from streamlit.testing.v1 import AppTest
from test_draw_page import ink_of

from ae import store
from ae.store import import_model
from ae.ui import state


def boxes(at) -> list[str]:
    return [box.value for box in (*at.error, *at.warning)]


# The sentence is the frame's, not the page's: four pages stand for all.
@pytest.mark.parametrize("page", ["start", "draw", "latent", "train"])
def test_a_model_that_goes_while_a_page_is_open_is_told_and_another_taken(
    open_page, put, models_folder, page
):
    put("conv-32"), put(OWN)
    at = open_page(page, model=OWN)
    assert not [text for text in boxes(at) if "any more" in text]
    shutil.rmtree(models_folder / OWN)
    at.run()
    assert not at.exception
    (text,) = [text for text in boxes(at) if "any more" in text]
    assert OWN in text
    assert "conv-32" in text
    assert at.sidebar.selectbox(key=state.MODEL).value == "conv-32"
    at.run()
    assert not [text for text in boxes(at) if "any more" in text]


def fragment_that_fails():
    from ae.errors import ModelError
    from ae.ui import shell

    @shell.fragment()
    def part():
        raise ModelError("There is no model *x*.")

    part()


def test_a_failing_fragment_says_so_by_itself():
    at = AppTest.from_function(fragment_that_fails).run()
    assert not at.exception
    assert [error.value for error in at.error] == [r"There is no model \*x\*."]


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only"), (errno.EACCES, "denied")],
)
def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_left(
    open_page, conv_32, models_folder, monkeypatch, tmp_path, number, reason
):
    import keras

    layers = [keras.layers.Flatten(), keras.layers.Dense(4), keras.layers.Dense(784)]
    keras.Sequential([keras.Input((28, 28)), *layers]).save(tmp_path / "a.keras")
    at = open_page("train")
    file = ("mine.keras", (tmp_path / "a.keras").read_bytes(), "")
    at.file_uploader(key=state.BROUGHT_FILE).set_value([file]).run()

    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(import_model, "write_json", fail)
    (button,) = [each for each in at.button if each.label == "Import"]
    button.click().run()
    assert not at.exception
    assert any(reason in text and "disk" in text for text in boxes(at))
    assert os.listdir(models_folder) == ["conv-32"]


def test_foreign_files_in_the_models_folder_disturb_no_page(open_page, conv_32, models_folder):
    (models_folder / "notes.txt").write_text("hello")
    (models_folder / "card.json").write_text("[" * 10_000)
    (models_folder / "loop").symlink_to(models_folder / "loop")
    os.mkfifo(models_folder / "pipe")
    for name in ("linked", "piped", "binary"):
        (models_folder / name).mkdir()
    (models_folder / "linked" / store.CARD_FILE).symlink_to("/dev/zero")
    os.mkfifo(models_folder / "piped" / store.CARD_FILE)
    (models_folder / "binary" / store.CARD_FILE).write_bytes(bytes(range(256)))
    for page in ("start", "train"):
        at = open_page(page)
        assert not boxes(at)
        assert at.sidebar.selectbox(key=state.MODEL).options == ["conv-32: the default"]


def test_markup_from_a_link_and_a_file_is_shown_as_it_is(open_page, conv_32):
    mark = "![x](http://evil.example/x.png)<b>"
    at = open_page("reconstruct", of="My pictures", task=mark, **{mark: mark})
    at.file_uploader(key=state.OWN_UPLOAD).set_value([(f"{mark}.png", b"no picture", "")]).run()
    assert not at.exception
    shown = [each.value for each in (*at.info, *at.caption, *at.warning)]
    told = [text for text in shown if "evil" in text]
    assert len(told) == 3
    assert not any("![" in text or "<b" in text.replace(r"\<b", "") for text in told)


def test_two_visitors_never_see_each_others_model_settings_or_drawing(open_page, put):
    put("conv-32"), put(OWN)
    first, second = open_page("draw", model=OWN), open_page("draw", crop="false")
    drawings = np.zeros((2, 56, 56), np.uint8)
    drawings[0, 10:40, 20:24] = drawings[1, 20:24, 10:40] = 255
    pairs = list(zip((first, second), drawings, (OWN, "conv-32"), (True, False), strict=True))
    errors = []
    for _ in range(2):
        for at, drawing, model, crop in pairs:
            at.session_state[state.PAD] = ink_of(drawing, name=model, crop=crop)
            at.run()
        for at, _, model, crop in pairs:
            assert not at.exception
            assert at.session_state[state.MODEL] == model
            assert at.session_state[state.CROP] == crop
            errors.append(at.get("image")[0].proto.imgs[-1].caption)
    assert errors[0] != errors[1]
    assert errors[:2] == errors[2:], "each still sees what became of their own drawing"
