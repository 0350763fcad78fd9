-- Erasures are numbered without a gap, so that none can be missing: one at a time.
LOCK TABLE ledger.erasure IN EXCLUSIVE MODE
