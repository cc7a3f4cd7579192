"""Candidate, Quantity, the vocabulary with units, the stage registry, errors."""
