-- Two imports at once would each miss what the other brings, and number themselves alike.
SELECT pg_advisory_xact_lock(hashtext('landsync.population'))
