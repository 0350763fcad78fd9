INSERT INTO ledger.reconciliation (province_code, actor, started_at, finished_at, agrees, communes_compared, differences)
VALUES (%(province)s, %(actor)s, %(started_at)s, clock_timestamp(), %(agrees)s, %(communes_compared)s, %(differences)s)
