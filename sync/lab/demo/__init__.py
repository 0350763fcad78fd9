"""`landsync demo`: a synthetic nation through the real DAGs into the real PostGIS, and whether the result is true."""
