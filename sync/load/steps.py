"""The steps of the merge: every statement of sql/merge in the order in which they run, when each runs, and why.

Here those that only look, up to what becomes of every row; those that write follow in `steps_written`.
"""

from sync.load.step import How, Step, When
from sync.load.steps_written import WRITTEN

__all__ = ["STEPS", "How", "Step", "When"]

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
    *WRITTEN,
)
