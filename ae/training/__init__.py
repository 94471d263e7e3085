"""Training of an Autoencoder from configs and images. ``from ae.training import train``"""

from ae.errors import TrainingError
from ae.training.fit import learning_rate, train
