"""The steps of the merge that write: lineage, the versions, the handles, the many-valued records, and what is told (`steps`)."""

from sync.load.step import Step

WRITTEN: tuple[Step, ...] = (
    # Lineage: what became of which land. Proposed before the versions are closed; it changes none of them.
    Step(
        "66_redrawn",
        "Land that ends or is drawn anew: splits, mergers and corrected boundaries are seen from it",
    ),
    Step(
        "67_overlaps",
        "Which land of before is in which land of now, of what ends, begins or is drawn anew: the edges of lineage",
    ),
    Step(
        "68_parts_again",
        "What hangs together by land gets one number: the least of those that it touches",
        how="again",
    ),
    Step(
        "69_lineage_proposed",
        "Each group becomes an event that is proposed: what ended and began, or only a strip between neighbours that stay",
    ),
    #
    # The versions.
    Step("70_close_versions", "The versions that change or end are kept as closed ones"),
    Step("71_end", "Parcels that end leave the living"),
    Step("72_change", "Parcels that changed are as their row says"),
    Step(
        "72a_handles",
        "Parcels of which only the key or the source system is another one keep their version",
    ),
    Step("73_insert", "New parcels, and those that come back", fills=True),
    Step("74_fresh", "What was delivered again and accepted is no longer stale"),
    Step(
        "75_refused",
        "The parcels that refused rows name or fit, but for what the source says is another object",
    ),
    Step("76_stale", "The last good version stays live beside a refused row, and says since when it is old"),
    Step("77_conversions", "The old commune and sheet of every accepted row that had any, with what decided"),
    Step(
        "78_lineage_confirmed",
        "What a person let pass, or a new survey explains, is an event of its commune: names that changed, land that was corrected",
    ),
    Step(
        "78a_communes_moved",
        "What a person let pass from one commune to another is an event: a merger of communes, or a boundary that moved",
    ),
    #
    # The handles, the many-valued records, what came late, the manifest.
    Step("79_release_claims", "Ids that a parcel does not carry any more are free"),
    Step("80_close_aliases", "Handles that the delivery replaces or no longer has"),
    Step(
        "80a_give_up_aliases",
        "Handles that a parcel gives up: its source key to another parcel, and what names only the living where it ends",
    ),
    Step("81_open_aliases", "Handles that a parcel did not have before", fills=True),
    Step(
        "82_told", "Living parcels of which something was told although their own columns stayed as they were"
    ),
    Step("83_write_claims", "Ids that have another holder now"),
    Step("83a_not_withheld", "Parcels that are not without their id any more"),
    Step("83b_withheld", "Parcels that are published without the id that their row brings"),
    Step("84_close_items", "Items that change or go are kept as closed ones", how="items"),
    Step("85_remove_items", "What changes or goes leaves the living", how="items"),
    Step("86_write_items", "New items, and changed ones as they are now", how="items", fills=True),
    Step(
        "86a_late_compared",
        "Versions and ends that only came late: a newer one of their object is known, or is in the same set",
        ("compared",),
    ),
    Step(
        "86b_standing_compared",
        "All that is known of the parcels to which something came late, each state and end where it stands",
        ("compared",),
    ),
    Step(
        "86c_late_places_compared",
        "Where each of them stands: after the last state or end of its parcel that it is not older than",
        ("compared",),
    ),
    Step(
        "86d_late_versions_compared",
        "They are written as closed versions, recorded now, and never live",
        ("compared",),
    ),
    Step(
        "86e_late_parts_compared_items",
        "With the land uses, users and certificates that they came with",
        ("compared",),
        "items",
    ),
    Step("86f_late_notes_compared", "What took its place did not come in vain", ("compared",)),
    Step("87_manifest_remove", "Parcels that are no longer there leave the manifest"),
    Step("87a_touched", "The parcels whose hashes the manifest has to say anew"),
    Step("88_manifest_write", "The hashes of every parcel that this run wrote", fills=True),
    #
    # What is known from now on, and what is told.
    Step(
        "89_set_back_snapshot_older",
        "What was known by later snapshots is set back where an older one was let pass",
        ("snapshot", "older"),
    ),
    Step("90_refused_snapshot", "Objects that were shown but not applied", ("snapshot",)),
    Step(
        "91_absent_snapshot",
        "Objects that ended because their commune's snapshot did not show them",
        ("snapshot",),
    ),
    Step("92_source_state", "What is known of every object from now on"),
    Step("93_watermark_snapshot", "Up to when each commune is known whole", ("snapshot",)),
    Step("94_record_quarantine", "Rows that were not applied, in the ledger"),
    Step("94a_live", "What lives in each commune now"),
    Step("95_lines", "A line per commune: rows in, parcels before and after, areas, the manifest's hash"),
    Step(
        "95a_counters",
        "The counters of every commune that this run touched: what questions about the nation read",
    ),
    Step("96_quarantined_by_merge", "The rows that only the merge could refuse"),
    Step("97_notes", "Why rows were ignored, and where an action did not fit"),
    Step("98_outdated", "How many rows of each commune came too late"),
    Step(
        "99_column_groups",
        "What went live, by commune and group of columns: values changed, values emptied, items added, items closed",
    ),
)
