"""Who is near whom: nearest neighbours of many points, and how well a picture keeps them.

Distances are Euclidean. All of them between n points would be n² numbers (400 MB for 10,000), so
that they are made some hundred rows at a time, as one product with a matrix each.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_ROWS = 250  # of a block of distances: 10 MB for 10,000 points


def nearest_neighbours(vectors: np.ndarray, count: int) -> np.ndarray:
    """The ``count`` nearest other points of each point, nearest first.

    vectors : float (n, d). Returns int32 (n, count). Raises ValueError unless 1 <= count < n.
    """
    _check_count(vectors, count)
    found = np.empty((len(vectors), count), np.int32)
    for rows, squares in _blocks(vectors):
        squares[np.arange(len(squares)), np.arange(rows.start, rows.stop)] = np.inf
        found[rows] = _smallest(squares, count)
    return found


def nearest(
    queries: np.ndarray,
    vectors: np.ndarray,
    count: int = 1,
    squared_norms: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ``count`` vectors nearest to each query, nearest first.

    Parameters
    ----------
    queries : float array of shape (m, d)
    vectors : float array of shape (n, d)
    count : int
        From 1 to n.
    squared_norms : float32 array of shape (n,), optional
        The squared norms of the vectors, if they are known from an earlier search.

    Returns
    -------
    indices : int32 array of shape (m, count)
    distances : float32 array of shape (m, count)

    Raises
    ------
    ValueError
        If ``count`` is out of range.
    """
    if not 1 <= count <= len(vectors):
        raise ValueError(f"count must be from 1 to {len(vectors)}. Received: count={count}.")
    queries, vectors = np.asarray(queries, np.float32), np.asarray(vectors, np.float32)
    if squared_norms is None:
        squared_norms = np.einsum("nd,nd->n", vectors, vectors)
    indices = np.empty((len(queries), count), np.int32)
    distances = np.empty((len(queries), count), np.float32)
    for start in range(0, len(queries), _ROWS):
        rows = slice(start, min(start + _ROWS, len(queries)))
        found = _smallest(squared_norms - 2 * (queries[rows] @ vectors.T), count)
        # |a - b|² = |a|² - 2ab + |b|² loses digits where |a - b| is small: the few distances that
        # are returned are computed from the differences.
        exact = np.linalg.norm(vectors[found] - queries[rows, None], axis=2)
        order = np.argsort(exact, axis=1, kind="stable")
        indices[rows] = np.take_along_axis(found, order, axis=1)
        distances[rows] = np.take_along_axis(exact, order, axis=1)
    return indices, distances


def vote(neighbours: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The class that most neighbours have; of equally many, that of the nearer ones.

    neighbours : int (n, k), nearest first. labels : whole numbers from 0, (m,), of what
    ``neighbours`` points to. Returns int64 (n,).
    """
    k = neighbours.shape[1]
    # a nearer neighbour counts a little more; all that is more adds up to less than one vote
    weights = 1 + (k - np.arange(k)) / (k * (k + 1))
    votes = np.zeros((len(neighbours), int(labels.max()) + 1))
    for column, weight in zip(neighbours.T, weights, strict=True):
        votes[np.arange(len(votes)), labels[column]] += weight
    return votes.argmax(axis=1)


def knn_accuracy(neighbours: np.ndarray, labels: np.ndarray) -> float:
    """Share of the points whose class is the one that most of their neighbours have, 0 to 1.

    neighbours : int (n, k), of the other points, as ``nearest_neighbours`` gives them: each point
    is classified by all others. labels : whole numbers from 0, (n,).
    """
    return float(np.mean(vote(neighbours, labels) == labels))


def trustworthiness(vectors: np.ndarray, shown: np.ndarray) -> float:
    """Whether those who are neighbours in a picture truly are: 1 if so, about 0.5 at random.

    vectors : float (n, d), the true places. shown : int (n, k), neighbours in the picture, with
    k < n / 2. Venna & Kaski, "Neighborhood Preservation in Nonlinear Projection Methods" (2001),
    equation 2: 1 - 2 / (n k (2n - 3k - 1)) * the sum over all pairs of how far beyond k the true
    rank of a shown neighbour is. **Continuity** (their equation 3) is the same with the parts
    exchanged: ``trustworthiness(places in the picture, true neighbours)``.
    """
    n, k = shown.shape
    if n != len(vectors) or not 1 <= k < n / 2:
        raise ValueError(
            "shown must have shape (n, k) with a row for each vector and k < n / 2. "
            f"Received: {shown.shape} for {len(vectors)} vectors."
        )
    beyond = np.maximum(_ranks(vectors, shown) - k, 0).sum(dtype=np.float64)
    return float(1 - 2 / (n * k * (2 * n - 3 * k - 1)) * beyond)


def share_kept(true: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Which share of each point's true neighbours are its neighbours in the picture, too.

    true, shown : int (n, k). Returns float32 (n,), each a multiple of 1/k from 0 to 1.
    """
    common = (true[:, :, None] == shown[:, None, :]).any(axis=2)
    return common.mean(axis=1, dtype=np.float32)


def _smallest(rows: np.ndarray, count: int) -> np.ndarray:
    """Columns of the ``count`` smallest numbers of each row, smallest first: int64 (n, count).

    Several times as quick as np.argpartition: the count-th smallest of the minima of groups is a
    bound that few numbers beside the smallest are below.
    """
    size = max(rows.shape[1] // (4 * count), 1)
    groups = rows[:, : rows.shape[1] // size * size].reshape(len(rows), -1, size).min(axis=2)
    bound = np.partition(groups, count - 1, axis=1)[:, count - 1 : count]
    candidates = np.flatnonzero(rows <= bound)
    row, column = np.divmod(candidates, rows.shape[1])
    order = np.lexsort((rows.ravel()[candidates], row))
    first = np.searchsorted(row, np.arange(len(rows)))
    return column[order[first[:, None] + np.arange(count)]]


def _ranks(vectors: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Rank of each given neighbour among all others by distance, from 1: int64 (n, k)."""
    ranks = np.empty(neighbours.shape, np.int64)
    for rows, squares in _blocks(vectors):
        squares[np.arange(len(squares)), np.arange(rows.start, rows.stop)] = np.inf
        theirs = np.take_along_axis(squares, neighbours[rows], axis=1)
        for column in range(neighbours.shape[1]):
            nearer = np.count_nonzero(squares < theirs[:, column, None], axis=1)
            ranks[rows, column] = nearer + 1
    return ranks


def _blocks(vectors: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Rows of the squared distances between all vectors, less a constant for each row."""
    # centred first: |a - b|² = |a|² - 2ab + |b|² loses digits where the points lie far out
    vectors = np.asarray(vectors, np.float32)
    vectors = np.ascontiguousarray(vectors - vectors.mean(axis=0))
    norms = np.einsum("nd,nd->n", vectors, vectors)
    for start in range(0, len(vectors), _ROWS):
        rows = slice(start, min(start + _ROWS, len(vectors)))
        yield rows, norms - 2 * (vectors[rows] @ vectors.T)


def _check_count(vectors: np.ndarray, count: int) -> None:
    if not 1 <= count < len(vectors):
        raise ValueError(
            f"count must be from 1 to {len(vectors) - 1}, one less than there are points. "
            f"Received: count={count}."
        )
