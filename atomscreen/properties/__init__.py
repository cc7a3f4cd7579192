"""Stages that turn structures into physics: composition, stability, voltage, elasticity, transport."""
