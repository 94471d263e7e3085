"""The commands of ``python -m ae``, a module for each or for two that belong together."""
