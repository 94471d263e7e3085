"""Arrays -> Altair charts, nothing else."""

from ae.charts.errors import error_by_size, error_distribution
from ae.charts.rate import rate_distortion
from ae.charts.training import learning_curve

__all__ = ["error_by_size", "error_distribution", "learning_curve", "rate_distortion"]
