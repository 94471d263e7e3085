"""Errors whose text is for people: what was expected, what was received, and what to do."""


class DataError(ValueError):
    """A data file is missing, damaged or of another form than expected."""


class ModelError(ValueError):
    """A model cannot be named, found, loaded or built."""


class CodecError(ValueError):
    """A compressed file cannot be read, or not with this model."""


class TrainingError(RuntimeError):
    """A training run cannot continue."""
