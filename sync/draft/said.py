"""Which values of a column say something: a placeholder (0, ---, N/A) fills a field and says nothing.

The one place where drafts ask; the words are the policy's (`validators.placeholders`).
"""

import pyarrow as pa
import pyarrow.compute as pc

from parcels.admin_units import LATEST
from parcels.text import clean
from validators.policy import policy_at


def said_values(canonical: str, values: pa.Array) -> pa.Array:
    """The values (n,) as text, NULL where one says nothing in this canonical column."""
    text = values if pa.types.is_string(values.type) else values.cast(pa.string())
    pattern = policy_at(LATEST).placeholders.pattern(canonical)
    if pattern is None:
        return text
    empty = pc.match_substring_regex(clean(text), pattern)
    return pc.if_else(empty, pa.scalar(None, pa.string()), text)
