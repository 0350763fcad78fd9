"""Which values of a column say something: a placeholder (0, ---, N/A) fills a field and says nothing.

The one place where drafts and trials ask; the policy's vocabulary of placeholders belongs behind it.
"""

import pyarrow as pa
import pyarrow.compute as pc

_MARKS = r"[^\p{L}\p{N}]+"
_ZEROS = r"(?:0|[^\p{L}\p{N}])+"
_WORDS = r"null|none|nil|nan|n/a|na|#n/a|x|không|không có|không rõ|khong|khong co|chưa|chưa có|chua|chua co"
# 0 says something there: versions are counted from it, sets may be numbered by it, digits of ids are told as they are.
_MAY_BE_ZERO = {"source_version", "map_set", "land_user_id_number"}


def said_values(canonical: str, values: pa.Array) -> pa.Array:
    """The values (n,) as text, NULL where one says nothing in this canonical column."""
    text = values if pa.types.is_string(values.type) else values.cast(pa.string())
    if canonical == "action":
        return text
    zeros = _MARKS if canonical in _MAY_BE_ZERO else _ZEROS
    empty = pc.match_substring_regex(text, rf"(?i)^\s*(?:{_MARKS}|{zeros}|{_WORDS})\s*$")
    return pc.if_else(empty, pa.scalar(None, pa.string()), text)
