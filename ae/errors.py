"""Errors whose text is for people: what was expected, what was received, what to do."""


class DataError(ValueError):
    """A data file is missing, damaged or not of the expected form."""


class ModelError(ValueError):
    """A model cannot be named, found or loaded."""


class CodecError(ValueError):
    """A compressed file cannot be read, or not with this model."""


class TrainingError(RuntimeError):
    """Training cannot continue."""
