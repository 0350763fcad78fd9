"""Why a commune is in its group, what is wrong with a parcel, and what to mend first: from what was judged, not judged anew.

`judged` finds it (a run's folder, the ledger, or what `landsync check --out` left), `commune` and `parcel` say it as a
document for a machine, `show` for a person. Nothing here holds personal data.
"""
