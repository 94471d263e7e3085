"""Networks: how they are built, and one interface for networks and PCA."""
