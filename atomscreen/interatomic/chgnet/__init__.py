"""CHGNet without what a simulation does not need."""
