"""The commands of ``python -m ae``, one module each."""
