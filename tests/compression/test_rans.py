"""The entropy coder gives back every number, and takes as many bits as the entropy."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae.compression import rans

deviations = st.floats(1 / 256, 256)
halves = st.integers(0, 1023)


@st.composite
def messages(draw):
    columns = draw(st.lists(st.tuples(deviations, halves), min_size=1, max_size=5))
    tables = [rans.normal_table(deviation, half) for deviation, half in columns]
    rows = draw(
        st.lists(st.tuples(*(st.integers(0, 2 * half) for _, half in columns)), max_size=40)
    )
    return np.array(rows, np.int64).reshape(-1, len(columns)), tables


@given(messages())
def test_every_message_comes_back(message):
    rows, tables = message
    np.testing.assert_array_equal(rans.decode(rans.encode(rows, tables), len(rows), tables), rows)


@given(deviations, halves)
def test_a_table_leaves_room_for_every_level(deviation, half):
    table = rans.normal_table(deviation, half)
    assert (table[0], table[-1], len(table)) == (0, 65536, 2 * half + 2)
    assert np.diff(table).min() >= 1


@given(st.floats(-10, 10))
def test_the_distribution_is_the_normal_one(x):
    assert rans._normal_cdf(x) == pytest.approx(math.erfc(-x / math.sqrt(2)) / 2, abs=1.5e-7)


def test_the_length_is_the_entropy():
    half, deviation = 31, 8.0
    table = rans.normal_table(deviation, half)
    drawn = np.rint(np.random.default_rng(0).normal(0, deviation, (20_000, 4)))
    rows = np.clip(drawn, -half, half).astype(np.int64) + half
    bits = -np.log2(np.diff(table)[rows] / 65536).sum()
    assert 8 * len(rans.encode(rows, [table] * 4)) == pytest.approx(bits, rel=1e-4)
    # and that is the entropy of a normal distribution in steps, log2(deviation * sqrt(2 pi e))
    assert bits / rows.size == pytest.approx(
        math.log2(deviation * math.sqrt(2 * math.pi * math.e)), abs=0.01
    )


@given(messages(), st.data())
def test_a_changed_message_is_refused_or_has_as_many_numbers(message, data):
    rows, tables = message
    coded = bytearray(rans.encode(rows, tables))
    coded[data.draw(st.integers(0, len(coded) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(rans.EntropyError):
        assert rans.decode(bytes(coded), len(rows), tables).shape == rows.shape


@given(messages(), st.data())
def test_a_cut_message_is_refused(message, data):
    rows, tables = message
    coded = rans.encode(rows, tables)
    with pytest.raises(rans.EntropyError):
        rans.decode(coded[: data.draw(st.integers(0, len(coded) - 1))], len(rows), tables)
