"""Which method is best by PSNR and by SSIM, in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ae.analysis.denoising import DO_NOTHING, LEAST_DIFFERENCE, Measure, Place, Score, ranking
from ae.ui.markdown import plain

_UNITS: dict[Measure, tuple[str, str, int]] = {"psnr": ("PSNR", " dB", 2), "ssim": ("SSIM", "", 3)}

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
    names = _listed([_name(score) for score in best])
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


def worse_than_nothing(scores: Sequence[Score], networks: Collection[str]) -> str:
    """Return why networks are worse than doing nothing, or an empty text if none is."""
    psnr = {score.name: score.psnr.mean() for score in scores}
    worse = [plain(name) for name in networks if psnr[name] < psnr[DO_NOTHING]]
    if not worse:
        return ""
    return (
        f"By PSNR, **{_listed(worse)}** {'is' if len(worse) == 1 else 'are'} worse than doing "
        "nothing here. An autoencoder reconstructs even a clean digit with an error. One that was "
        "not trained to remove noise reconstructs some of the noise, too."
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
            f"By {label}, {_listed(values)} are level: a difference below "
            f"{LEAST_DIFFERENCE[measure]:g}{unit}, or one that the 95 % interval does not confirm, "
            "does not count."
        )
    behind = others[0].behind
    return (
        f"By {label}, {values[0]} is best, **{behind.mean:.{digits}f}{unit}** ahead of "
        f"{_name(others[0].score)} (95 % interval of the difference: {behind.low:.{digits}f} to "
        f"{behind.high:.{digits}f}{unit})."
    )


def _name(score: Score) -> str:
    return "doing nothing" if score.name == DO_NOTHING else plain(score.name)


def _listed(names: Collection[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
