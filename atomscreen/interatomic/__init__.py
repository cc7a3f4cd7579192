"""Interatomic potentials: registry, calculators, relaxation, molecular dynamics."""
