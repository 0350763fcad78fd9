"""Moves cadastral data from a province's delivery to the national database, and keeps the proof of it."""
