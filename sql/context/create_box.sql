CREATE TEMP TABLE wanted_box (west double precision, south double precision, east double precision, north double precision)
ON COMMIT DROP
