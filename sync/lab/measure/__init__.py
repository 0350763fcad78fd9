"""Measurements: one module each, with `register(group)` for its command; the figures are kept in the docs."""
