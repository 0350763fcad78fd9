"""The steps of the merge: every statement of sql/merge in the order in which they run, when each runs, and why.

The number of a file is its place; the last words of its name say when it runs, where that is not always, and how, where
that is not once:

    snapshot   only for a full snapshot
    changes    only for a change set
    compared   only where a delivery must be compared with what is known: change sets, and where something later is known
    older      only when a person let pass a snapshot that is older than what is live
    approved   only when a person let pass what was held
    items      once for each many-valued record: land uses, land users and so on; steps that follow each other run together,
               record by record
    many       once for each of those of which a parcel has any number, in no order
    again      steps that follow each other run again and again, until the first of them finds nothing more
"""

from dataclasses import dataclass
from typing import Literal

When = Literal["snapshot", "changes", "compared", "approved", "older"]
How = Literal["once", "items", "many", "again"]


@dataclass(frozen=True, slots=True)
class Step:
    """A statement of the merge.

    file  of sql/merge, without its ending; why: what it does, as the first line of the file says
    when  every word must hold; none: always
    fills  it may fill a table of the province that later steps join: the planner is told afterwards
    """

    file: str
    why: str
    when: tuple[When, ...] = ()
    how: How = "once"
    fills: bool = False


STEPS: tuple[Step, ...] = (
    Step("10_rows", "Every staged row, with the parcel that each of its handles names today"),
    Step("11_withheld", "Rows with a national id that a parcel of another province holds"),
    Step("12_without_id", "What is published of them has no id"),
    #
    # What comes too late or twice is set aside; rows that end a parcel are found.
    Step(
        "20_later_snapshot",
        "Whether anything is known by later data: if not, all of it is news",
        ("snapshot",),
    ),
    Step("21_release_approved", "Rows elsewhere that waited only for a commune now let pass", ("approved",)),
    Step("22_known_compared", "Each row's claim about its object beside what is known of it", ("compared",)),
    Step("23_outdated_compared", "What comes too late changes nothing", ("compared",)),
    Step("23a_emptied", "A row without geometry is refused where its parcel lives with one"),
    Step("24_newest_changes", "Of several versions of an object the newest is applied", ("changes",)),
    Step(
        "25_ties_changes", "Rows of a version that is applied already, and whether they differ", ("changes",)
    ),
    Step("26_tied_changes_items", "Whether they differ in the many-valued part", ("changes",), "items"),
    Step(
        "27_repeated_changes",
        "The same again is passed over, the same with other content refused",
        ("changes",),
    ),
    Step("28_ends_compared", "Rows that end a parcel, filed under the commune it lives in", ("compared",)),
    Step(
        "29_shared_changes", "Two objects under one id or one number: neither can be believed", ("changes",)
    ),
    #
    # Each parcel to at most one row, the strongest handle first.
    Step("30_fit_sheet", "Parcels that a sheet handle fits where a mark of it is not known on one side"),
    Step(
        "31_renamed_changes",
        "An object that the set ends under one key and brings under another is the same parcel",
        ("changes",),
    ),
    Step(
        "32_other_objects",
        "Parcels that a row's weaker handles name although the source says that they are another object",
    ),
    Step(
        "33_match",
        "Rows that no key names are the parcels that their weaker handles name, the strongest first",
    ),
    Step(
        "33a_release_by_name_approved",
        "Rows elsewhere that waited only for a commune now let pass, and that only a weaker handle names",
        ("approved",),
    ),
    Step(
        "33b_release_by_handle_approved_again",
        "Rows elsewhere that waited only for a handle which a commune now let pass gives up",
        ("approved",),
        how="again",
    ),
    Step(
        "34_outdated_by_name_compared",
        "Nor does what comes too late change a parcel that only a weaker handle names",
        ("compared",),
    ),
    Step(
        "34a_emptied_by_name",
        "So is one that is, or could be, a living parcel with geometry by a number that merely fits",
    ),
    #
    # Land is a witness of identity: handles propose, land confirms or contradicts.
    Step(
        "35_land",
        "How the land of a row lies beside that of the parcel that its handles name, where it differs",
    ),
    Step(
        "36_by_land",
        "Which living parcel a row is by its land alone, where its handles name land elsewhere, or nothing",
    ),
    Step(
        "36a_outdated_by_land_compared",
        "Nor does what comes too late take a parcel into another commune by its land",
        ("compared",),
    ),
    Step("37_shift", "What a new survey moved as one is laid back before it is judged"),
    Step(
        "37a_temporary_numbers",
        "A row that only a temporary number names is not the parcel whose land lies elsewhere",
    ),
    Step(
        "37b_temporary_by_land",
        "A row that no handle knows is the parcel whose land it has, where that was known by a temporary number alone",
    ),
    Step(
        "38_contradicted",
        "How many rows of each commune land contradicts, and how many it knows by another name",
    ),
    Step(
        "39_rekeyed",
        "Rows whose land is another parcel's are that parcel, where a person said that it is the keys that changed",
    ),
    Step("40_wait", "Rows that land contradicts wait, each with its commune's hold"),
    Step(
        "40a_named_and_there",
        "Rows whose weaker handle and whose land both name a parcel are that parcel, if whoever else names it waits because land denies it",
    ),
    Step(
        "41_new_parcels",
        "Accepted rows that are no living parcel: one that ended comes back, or a new one begins",
    ),
    Step("42_analyze", "The planner is told what has become of the rows"),
    #
    # What is here, and what would end.
    Step("43_present", "What this delivery shows to exist, in whatever state: it ends none of these"),
    Step("44_communes", "Every commune this run could touch, with what it holds now"),
    Step(
        "45_outdated_communes_compared",
        "What was shown whole later loses nothing to earlier data",
        ("compared",),
    ),
    Step("46_ending", "What would end: absent from a commune that came whole"),
    Step(
        "46a_promised_snapshot",
        "Communes that were declared complete and of which no row came: a line each, and nothing ends of itself",
        ("snapshot",),
    ),
    Step(
        "46b_given_up_approved",
        "What rows now let pass take a handle from, and nothing shows any more in a commune that came whole",
        ("approved",),
    ),
    Step("47_end_by_row_compared", "What would end because its own row says so", ("compared",)),
    Step(
        "48_keep_later_snapshot_compared",
        "Absent, but something later has spoken of it: it stays",
        ("snapshot", "compared"),
    ),
    Step(
        "49_keep_listed_snapshot",
        "Absent from the map, but a list of the delivery names it: it stays",
        ("snapshot",),
    ),
    #
    # What would change, measured before anything is written.
    Step("50_numbers_many", "Items of which a parcel has any number keep theirs", how="many"),
    Step(
        "51_differences_items", "What differs in the many-valued part: to insert, change, close", how="items"
    ),
    Step("52_changing", "What would change: a row each, with where its land goes"),
    Step("52a_movements", "Parcels that a row brings into another commune than they live in"),
    Step(
        "52b_movement_pairs", "How many parcels pass from which commune to which, and how many live in both"
    ),
    Step("52c_cases", "Of the movements only those inside a case are left"),
    Step(
        "52d_ties_approved",
        "Communes with rows that take an id or a number which another commune must give up first",
        ("approved",),
    ),
    Step(
        "53_changed_values",
        "What differs of each living parcel, by group of columns: what it was and what it would be",
    ),
    Step(
        "54_changed_values_items",
        "The same of the many-valued part: land users, certificates, parts of the land use",
        how="items",
    ),
    #
    # What is held.
    Step("55_foreign_hands", "Rows that are not what the last run left: changed behind the pipeline"),
    Step(
        "56_measures",
        "What this delivery would do to each commune, in numbers that a limit can be held against",
    ),
    Step(
        "57_hold_communes",
        "Communes changed behind the pipeline, those that would change too much, and those that did not come, are held",
    ),
    Step("58_hold_rows", "The rows of a held commune are held"),
    Step("59_keep_held", "In a held commune nothing ends"),
    #
    # Who has which handle. A refused row keeps its parcel's old handles in use, which may put another row in conflict.
    Step("59a_giving_up", "Ids that parcels may give up"),
    Step(
        "60_lock_claims",
        "Every national id that may change hands, locked in the one order all merges keep",
        fills=True,
    ),
    Step("60a_known_ids", "New rows with an id that a parcel of another province may have, or have had"),
    Step(
        "61_conflicts_again",
        "Rows are refused whose handle another parcel keeps after this delivery, and rows wait whose parcel is in a held commune",
        how="again",
    ),
    Step("62_present_again", "What the refused rows name, and those that wait, is there", how="again"),
    Step("63_keep_present_again", "What is there does not end", how="again"),
    Step(
        "64_differences_left_items",
        "What differs of rows that are no longer accepted stays as it is",
        how="items",
    ),
    Step("65_result", "What becomes of every accepted row"),
    #
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
    Step("95_lines", "A line per commune: rows in, parcels before and after, areas, the manifest's hash"),
    Step("96_quarantined_by_merge", "The rows that only the merge could refuse"),
    Step("97_notes", "Why rows were ignored, and where an action did not fit"),
    Step("98_outdated", "How many rows of each commune came too late"),
    Step(
        "99_column_groups",
        "What went live, by commune and group of columns: values changed, values emptied, items closed",
    ),
)
