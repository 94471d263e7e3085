"""Altair charts from arrays and records. Nothing here computes a result."""

from ae.charts.anomalies import auc_by_latent_dim, precision_recall, roc, score_histograms
from ae.charts.compared_runs import MOST_RUNS, compared_curves
from ae.charts.denoising import StrengthPoint, noise_matrix, psnr_domain, psnr_over_strength
from ae.charts.errors import (
    MOST_PAIRS,
    error_by_class,
    error_distribution,
    error_histogram,
    paired_errors,
)
from ae.charts.latent_dims import error_by_latent_dim
from ae.charts.latent_space import code_variances, frechet_distances, two_losses
from ae.charts.rate import rate_distortion
from ae.charts.training import BY_SECONDS, BY_STEP, learning_curve, learning_rate_curve

__all__ = [
    "BY_SECONDS",
    "BY_STEP",
    "MOST_PAIRS",
    "MOST_RUNS",
    "StrengthPoint",
    "auc_by_latent_dim",
    "code_variances",
    "compared_curves",
    "error_by_class",
    "error_by_latent_dim",
    "error_distribution",
    "error_histogram",
    "frechet_distances",
    "learning_curve",
    "learning_rate_curve",
    "noise_matrix",
    "paired_errors",
    "precision_recall",
    "psnr_domain",
    "psnr_over_strength",
    "rate_distortion",
    "roc",
    "score_histograms",
    "two_losses",
]
