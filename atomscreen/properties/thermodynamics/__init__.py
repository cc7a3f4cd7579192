"""Hulls: what decomposes, reacts, is oxidised or reduced."""
