SELECT k.fingerprint FROM ledger.private_key AS k
