"""The vocabulary of the cadastre: columns, identifiers, places, codes. Touches no database and no file of a user."""
