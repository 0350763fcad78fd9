-- The two sides of a seam may be loaded at once: one after the other writes the register, so that the second sees what
-- the first brought live. Held only to the end of the transaction, of which this is the last step.
SELECT pg_advisory_xact_lock(hashtext('landsync.register'))
