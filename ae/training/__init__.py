"""Training: configs and images in, an Autoencoder out. ``from ae.training import train``"""

from ae.errors import TrainingError
from ae.training.fit import learning_rate, train
