-- A case asks for each of its parcels whether it is there.
CREATE INDEX ON register_beside (commune_code, name)
