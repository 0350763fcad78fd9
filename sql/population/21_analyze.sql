-- Everything that follows joins it, and a table just made has no statistics.
ANALYZE population_claim
