INSERT INTO ledger.private_key (fingerprint) VALUES (%(fingerprint)s) ON CONFLICT (key_no) DO NOTHING
