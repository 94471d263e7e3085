"""A model is read-only: sixteen threads that share one get what one thread gets."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ae import store
from ae.compression import quantizer
from ae.nn.autoencoder import Autoencoder
from ae.ui import cache

THREADS = 16


def together(work) -> list:
    """work(i) for i in 0..15, all begun at the same moment."""
    barrier = threading.Barrier(THREADS)

    def begin(i: int):
        barrier.wait()
        return work(i)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))


def test_sixteen_threads_on_one_fresh_model_give_the_serial_results(tiny_model, mnist):
    def work(model: Autoencoder, i: int) -> list[np.ndarray]:
        images = mnist.x_test[100 * i : 100 * i + 1 + 9 * i]
        parts = [images, images[:1]] * 3
        results = [model.encode(each) for each in parts]
        results += [model.decode(each) for each in results]
        results += [model.reconstruct(each) for each in parts]
        return [*results, np.frombuffer(model.fingerprint, np.uint8)]

    serial = [work(tiny_model, i) for i in range(THREADS)]
    # Its graphs are not built yet: the threads meet while they are being built, too.
    fresh = Autoencoder(tiny_model.encoder, tiny_model.decoder)
    for mine, expected in zip(together(lambda i: work(fresh, i)), serial, strict=True):
        for a, b in zip(mine, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-6)


def test_sixteen_threads_share_what_is_cached(tensorflow, mnist):
    names = ["linear-32", "conv-4"]
    expected = {name: store.load(name).encode(mnist.x_test) for name in names}

    def work(i: int):
        name = names[i % 2]
        model, z = cache.model(name), cache.test_codes(name)
        return name, model, z, model.encode(mnist.x_test[:50])

    results = together(work)
    for i, (name, model, z, some) in enumerate(results):
        assert model is results[i % 2][1], "each model is loaded once"
        np.testing.assert_allclose(z, expected[name], rtol=0, atol=1e-6)
        np.testing.assert_allclose(some, expected[name][:50], rtol=0, atol=1e-5)


def test_sixteen_threads_code_and_decode_with_one_quantizer(tiny_model, mnist):
    statistics = quantizer.measure(tiny_model, mnist.x_train[:200])
    levels = statistics.quantizer(6).quantize(tiny_model.encode(mnist.x_test[:60]))
    expected = statistics.quantizer(6).pack(levels)
    shared = statistics.quantizer(6)
    assert together(lambda i: shared.pack(levels)) == [expected] * THREADS
    for back in together(lambda i: shared.unpack(expected, len(levels))):
        np.testing.assert_array_equal(back, levels)
