"""Ions that move."""
