"""Arrays -> Altair charts, nothing else."""

from ae.charts.errors import error_by_size, error_distribution
from ae.charts.latent_space import code_variances, frechet_bars, two_losses
from ae.charts.rate import rate_distortion
from ae.charts.training import learning_curve

__all__ = [
    "code_variances",
    "error_by_size",
    "error_distribution",
    "frechet_bars",
    "learning_curve",
    "rate_distortion",
    "two_losses",
]
