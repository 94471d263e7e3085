"""Operating-system services: files, locks, archives, memory, the operator log."""
