"""Files, locks, archives, the operator log and other things of the operating system."""
