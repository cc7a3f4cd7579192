"""Anisotropic grains that swell, for programs of finite elements, and what CalculiX finds of them."""
