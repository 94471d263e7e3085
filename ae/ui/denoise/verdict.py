"""Which method is best by PSNR and by SSIM, in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ae.analysis.denoising import DO_NOTHING, LEAST_DIFFERENCE, Measure, Place, Score, ranking
from ae.ui.markdown import plain
from ae.ui.words import listed

_UNITS: dict[Measure, tuple[str, str, int]] = {"psnr": ("PSNR", " dB", 2), "ssim": ("SSIM", "", 3)}

_WEAK_NOISE = (
    "An autoencoder reconstructs every digit from its latent vector, and even a clean digit is "
    "reconstructed with an error. The noise does less harm here than this error: it is better to "
    "leave the digit alone."
)
_NOT_LEARNED = (
    "The noise does more harm here than an autoencoder's own error. But an autoencoder that was "
    "not trained to remove this noise reconstructs it, too, as if it were a part of the digit."
)
WHY_THEY_DIFFER = (
    "**Why PSNR and SSIM differ here:** PSNR compares pixel by pixel and counts how large the "
    "errors are. SSIM compares brightness, contrast and pattern in small windows. For example, "
    "weak noise on the black background costs little PSNR, because each error is small, but much "
    "SSIM, because the clean digit does not have this pattern. A stroke that is slightly wrong "
    "costs much PSNR and little SSIM."
)


def headline(by_psnr: list[Place], by_ssim: list[Place]) -> str:
    """Return the result in a few words. by_psnr, by_ssim : the rankings of the same scores."""
    first_by_ssim = [place.score.name for place in _level(by_ssim)]
    best = [place.score for place in _level(by_psnr) if place.score.name in first_by_ssim]
    if not best:
        return "PSNR and SSIM disagree"
    names = listed([_name(score) for score in best])
    if best[0].name == DO_NOTHING:
        names = names.capitalize()
    return f"{names} {'is best' if len(best) == 1 else 'are level'}"


def verdict(scores: Sequence[Score]) -> tuple[str, list[str]]:
    """Return the result in a few words, and the paragraphs that give the figures and the reason.

    scores : of all methods, for the same images.
    """
    by_psnr, by_ssim = ranking(scores, "psnr"), ranking(scores, "ssim")
    paragraphs = [f"- {_first_place(by_psnr, 'psnr')}\n- {_first_place(by_ssim, 'ssim')}"]
    if {place.score.name for place in _level(by_psnr)} != {
        place.score.name for place in _level(by_ssim)
    }:
        paragraphs.append(WHY_THEY_DIFFER)
    return headline(by_psnr, by_ssim), paragraphs


def worse_than_nothing(
    scores: Sequence[Score], networks: Collection[str], clean_psnr: Callable[[str], float]
) -> str:
    """Return why networks are worse than doing nothing, or an empty text if none is.

    Parameters
    ----------
    scores : sequence of Score
        Of all methods, for the same images.
    networks : collection of str
        The names of the networks among them.
    clean_psnr : callable
        From the name of a network to the mean PSNR in dB of its reconstructions of clean digits.
    """
    psnr = {score.name: score.psnr.mean() for score in scores}
    worse = [name for name in networks if psnr[name] < psnr[DO_NOTHING]]
    reasons = {
        _WEAK_NOISE: [name for name in worse if psnr[DO_NOTHING] > clean_psnr(name)],
        _NOT_LEARNED: [name for name in worse if psnr[DO_NOTHING] <= clean_psnr(name)],
    }
    return "\n\n".join(
        f"By PSNR, **{listed([plain(name) for name in names])}** "
        f"{'is' if len(names) == 1 else 'are'} worse than doing nothing here. {why}"
        for why, names in reasons.items()
        if names
    )


def _level(places: list[Place]) -> list[Place]:
    return [place for place in places if place.is_level]


def _first_place(places: list[Place], measure: Measure) -> str:
    label, unit, digits = _UNITS[measure]
    best, others = _level(places), [place for place in places if not place.is_level]
    values = [
        f"{_name(place.score)} ({place.score.of(measure).mean():.{digits}f}{unit})"
        for place in best
    ]
    if len(best) > 1:
        return (
            f"By {label}, {listed(values)} are level: a difference below "
            f"{LEAST_DIFFERENCE[measure]:g}{unit}, or one that the 95 % confidence interval "
            "does not confirm, does not count."
        )
    behind, second = others[0].behind, others[0].score
    shown, other = (round(score.of(measure).mean(), digits) for score in (best[0].score, second))
    return (
        # the difference of the figures as they are shown
        f"By {label}, {values[0]} is best, **{shown - other:.{digits}f}{unit}** ahead of "
        f"{_name(second)} ({other:.{digits}f}{unit}; 95 % confidence interval of the difference: "
        f"{behind.low:.{digits}f} to {behind.high:.{digits}f}{unit})."
    )


def _name(score: Score) -> str:
    return "doing nothing" if score.name == DO_NOTHING else plain(score.name)
