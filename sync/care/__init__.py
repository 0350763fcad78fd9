"""What keeps the house: reconciliation, housekeeping and retention, rehearsals of a policy."""
