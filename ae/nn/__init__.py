"""The networks: how they are built, and one interface for them and for PCA."""
