"""Pages of the documentation that are made from the code: `make pages` writes them, a test holds them against it."""
