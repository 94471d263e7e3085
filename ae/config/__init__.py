"""What a model is and how it is trained: two frozen records that check themselves.

The fields of ``ModelConfig`` and ``TrainingConfig`` are the one table of all settings. Each field
holds its default, the rule that its values follow and a sentence of help; ``settings`` reads them.
The checks, the command line, the form on the Train page and the strategies of the tests are all
made from this table.
"""

from ae.config.model import (
    IMPORTED,
    KINDS,
    MOST_IMPORTED_LATENT_DIMS,
    MOST_PARAMETERS,
    PIXELS,
    ModelConfig,
)
from ae.config.records import JsonRecord
from ae.config.rules import Choice, Classes, Number, Rule, WholeNumber, Widths
from ae.config.table import Setting, settings, text_of
from ae.config.training import TrainingConfig
