"""A first profile from what a file shows: each column guessed with its reason, for a person to correct."""
