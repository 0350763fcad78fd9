-- A national id belongs to the living parcel that carries it. What ended, or came without one, gives it up.

-- Ids and numbers that a parcel's own row no longer has. They were kept until another took their place.
UPDATE land.parcel_alias AS a
SET recorded_to = p.recorded_from,
    closed_by_run = p.run_id
FROM land.parcel AS p
WHERE p.province_code = a.province_code
  AND p.parcel_uid = a.parcel_uid
  AND a.recorded_to IS NULL
  AND ((a.alias_kind = 'national_id' AND p.national_id IS NULL)
       OR (a.alias_kind = 'sheet' AND (p.sheet_no IS NULL OR p.parcel_no IS NULL)));

UPDATE land.national_id_claim AS claim
SET parcel_uid = NULL,
    province_code = NULL,
    claimed_at = NULL
WHERE claim.parcel_uid IS NOT NULL
  AND NOT EXISTS (
      SELECT FROM land.parcel_alias AS own
      JOIN land.parcel AS p ON p.province_code = own.province_code AND p.parcel_uid = own.parcel_uid
      WHERE own.province_code = claim.province_code
        AND own.parcel_uid = claim.parcel_uid
        AND own.alias_kind = 'national_id'
        AND own.alias_value = claim.national_id
        AND own.recorded_to IS NULL
  );

-- By which ended parcels are found that come back under a new key. Few beside the open ones.
CREATE INDEX IF NOT EXISTS parcel_alias_closed ON land.parcel_alias (province_code, alias_kind, alias_value) WHERE recorded_to IS NOT NULL;

-- An ended parcel holds no id that a person would have to free. What was freed stays in ledger.claim_release.
DROP FUNCTION IF EXISTS land.release_claim(text, text);
