"""`[identity]` of the policy: which forms of temporary numbers can be read."""

import re

import pytest
from pydantic import ValidationError

from validators.identity_rules import IdentityRules


@pytest.mark.parametrize("form", ["[0-9", "(?i)tam", "x(?-i:y)", "", "(?P<n"])
def test_a_form_that_not_both_can_read_is_refused(form: str) -> None:
    with pytest.raises(ValidationError):
        IdentityRules(temporary=(form,))


def test_a_form_is_of_the_whole_number_and_of_no_other() -> None:
    form = str(IdentityRules(temporary=("[0-9]+A|B", "(?:C)")).values()["temporary"])
    assert [text for text in ("15A", "B", "C", "15AB", "xB", "BC", "") if re.search(form, text)] == [
        "15A",
        "B",
        "C",
    ]


def test_without_forms_no_number_is_temporary() -> None:
    values = IdentityRules().values()
    assert not re.search(str(values["temporary"]), "15A")
    assert {type(value) for name, value in values.items() if name != "temporary"} == {float}
