"""k-nearest neighbours, and measures of embeddings that are based on them.

Distances are Euclidean. All distances between n vectors would be n² numbers (400 MB for 10,000
vectors), so they are computed for some hundred rows at a time, each with one matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_ROWS = 250  # of a block of distances: 10 MB for 10,000 vectors


def nearest_neighbours(vectors: np.ndarray, count: int) -> np.ndarray:
    """Return the ``count`` nearest other vectors of each vector, nearest first.

    Parameters
    ----------
    vectors : float array of shape (n, d)
    count : int
        From 1 to n - 1.

    Returns
    -------
    int32 array of shape (n, count)
        Row numbers of ``vectors``.

    Raises
    ------
    ValueError
        If ``count`` is out of range.
    """
    if not 1 <= count < len(vectors):
        raise ValueError(
            f"count must be from 1 to {len(vectors) - 1}, one less than the number of vectors. "
            f"Received: count={count}."
        )
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
        Row numbers of ``vectors``.
    distances : float32 array of shape (m, count)

    Raises
    ------
    ValueError
        If ``count`` is out of range.
    """
    if not 1 <= count <= len(vectors):
        raise ValueError(f"count must be from 1 to {len(vectors)}. Received: count={count}.")
    queries, vectors = np.asarray(queries, np.float32), np.asarray(vectors, np.float32)
    norms = np.einsum("nd,nd->n", vectors, vectors) if squared_norms is None else squared_norms
    indices = np.empty((len(queries), count), np.int32)
    distances = np.empty((len(queries), count), np.float32)
    for start in range(0, len(queries), _ROWS):
        rows = slice(start, min(start + _ROWS, len(queries)))
        found = _smallest(norms - 2 * (queries[rows] @ vectors.T), count)
        # |a - b|² = |a|² - 2ab + |b|² loses digits where |a - b| is small, so the few distances
        # that are returned are computed from the differences.
        exact = np.linalg.norm(vectors[found] - queries[rows, None], axis=2)
        order = np.argsort(exact, axis=1, kind="stable")
        indices[rows] = np.take_along_axis(found, order, axis=1)
        distances[rows] = np.take_along_axis(exact, order, axis=1)
    return indices, distances


def vote(neighbours: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the most frequent class among the neighbours; in a tie, that of the nearer ones.

    Parameters
    ----------
    neighbours : int array of shape (n, k)
        Indices into ``labels``, nearest first.
    labels : int array of shape (m,)
        Classes, from 0.

    Returns
    -------
    int64 array of shape (n,)
    """
    k = neighbours.shape[1]
    # A nearer neighbour has a little more weight. All these extras together are less than one vote.
    weights = 1 + (k - np.arange(k)) / (k * (k + 1))
    votes = np.zeros((len(neighbours), int(labels.max()) + 1))
    for column, weight in zip(neighbours.T, weights, strict=True):
        votes[np.arange(len(votes)), labels[column]] += weight
    return votes.argmax(axis=1)


def knn_accuracy(neighbours: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of points whose class is the most frequent one among their neighbours.

    Parameters
    ----------
    neighbours : int array of shape (n, k)
        From ``nearest_neighbours``: each point is classified by all the others.
    labels : int array of shape (n,)
        Classes, from 0.

    Returns
    -------
    float
        From 0 to 1.
    """
    return float(np.mean(vote(neighbours, labels) == labels))


def trustworthiness(vectors: np.ndarray, embedded: np.ndarray) -> float:
    """Measure whether the neighbours in an embedding are true neighbours.

    Parameters
    ----------
    vectors : float array of shape (n, d)
        The original vectors.
    embedded : int array of shape (n, k), k < n / 2
        The k nearest neighbours of each point in the embedding.

    Returns
    -------
    float
        1 if all of them are among the k nearest original vectors; about 0.5 for a random embedding.

    Raises
    ------
    ValueError
        If ``embedded`` has another shape.

    Notes
    -----
    1 - 2 / (n k (2n - 3k - 1)) * sum of max(r - k, 0), where r is the rank of each embedded
    neighbour among the original distances. **Continuity** exchanges the two spaces:
    ``trustworthiness(points of the embedding, original neighbours)``.

    References
    ----------
    Venna & Kaski, "Neighborhood Preservation in Nonlinear Projection Methods: An Experimental
    Study" (2001), equations 2 and 3.
    """
    n, k = embedded.shape
    if n != len(vectors) or not 1 <= k < n / 2:
        raise ValueError(
            "embedded must have shape (n, k) with a row for each vector and k < n / 2. "
            f"Received: {embedded.shape} for {len(vectors)} vectors."
        )
    beyond = np.maximum(_ranks(vectors, embedded) - k, 0).sum(dtype=np.float64)
    return float(1 - 2 / (n * k * (2 * n - 3 * k - 1)) * beyond)


def neighbourhood_preservation(original: np.ndarray, embedded: np.ndarray) -> np.ndarray:
    """Return the share of each point's original neighbours that are neighbours in the embedding.

    Parameters
    ----------
    original, embedded : int array of shape (n, k)
        The k nearest neighbours of each point, in any order.

    Returns
    -------
    float32 array of shape (n,)
        Multiples of 1/k, from 0 to 1.
    """
    common = (original[:, :, None] == embedded[:, None, :]).any(axis=2)
    return common.mean(axis=1, dtype=np.float32)


def _smallest(rows: np.ndarray, count: int) -> np.ndarray:
    """Return the columns of the ``count`` smallest values of each row, smallest first.

    This is several times as fast as np.argpartition. Each row is divided into groups. At least
    ``count`` values are not above the count-th smallest of the groups' minima, and few others are.
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
    """Return the rank of each given neighbour by distance, from 1: int64 (n, k)."""
    ranks = np.empty(neighbours.shape, np.int64)
    for rows, squares in _blocks(vectors):
        squares[np.arange(len(squares)), np.arange(rows.start, rows.stop)] = np.inf
        theirs = np.take_along_axis(squares, neighbours[rows], axis=1)
        for column in range(neighbours.shape[1]):
            nearer = np.count_nonzero(squares < theirs[:, column, None], axis=1)
            ranks[rows, column] = nearer + 1
    return ranks


def _blocks(vectors: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield blocks of squared distances between all vectors, less a constant for each row."""
    # Centred first: |a - b|² = |a|² - 2ab + |b|² loses digits where the norms are large.
    vectors = np.asarray(vectors, np.float32)
    vectors = np.ascontiguousarray(vectors - vectors.mean(axis=0))
    norms = np.einsum("nd,nd->n", vectors, vectors)
    for start in range(0, len(vectors), _ROWS):
        rows = slice(start, min(start + _ROWS, len(vectors)))
        yield rows, norms - 2 * (vectors[rows] @ vectors.T)
