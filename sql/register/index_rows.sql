-- A case asks for the rows of each of its parcels.
CREATE INDEX ON register_row (commune_code, name)
