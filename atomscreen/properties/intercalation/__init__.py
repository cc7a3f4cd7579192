"""Electrodes between their ends: voltages, orderings, strain and capacity."""
