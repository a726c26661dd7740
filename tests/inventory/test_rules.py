"""Technical questions: what an answer may be, and that programs are told the same."""

from dataclasses import dataclass, field

import pytest

from inventory import rules


@dataclass
class Asked:
    key: str
    kind: str = "text"
    asked: str = "?"
    choices: list[str] = field(default_factory=list)
    least: int | None = None
    most: int | None = None
    is_required: bool = True


QUESTIONS = [
    Asked("rack", least=3, most=10),
    Asked("vlan", "number", least=1, most=4094),
    Asked("connector", "choice", choices=["LC", "SC"]),
    Asked("diverse", "yes_no"),
    Asked("prefix", "network", is_required=False),
    Asked("mail", "mail", is_required=False),
]
GOOD = {
    "rack": "rack 4",
    "vlan": 100,
    "connector": "LC",
    "diverse": False,
    "prefix": "198.51.100.0/24",
    "mail": "a@b.example",
}


def test_sound_answers_have_no_fault_and_what_is_optional_may_be_left_out():
    assert rules.answer_faults(QUESTIONS, GOOD) == {}
    assert rules.answer_faults(QUESTIONS, {**GOOD, "prefix": "", "mail": None}) == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [("rack", "r"), ("rack", "x" * 11), ("rack", 7), ("rack", "a\x00bc"), ("rack", ""), ("vlan", 0), ("vlan", 4095),
     ("vlan", "100"), ("vlan", True), ("connector", "XX"), ("diverse", "no"), ("prefix", "198.51.100.7/24"),
     ("mail", "nobody"), ("other", 1)],
)  # fmt: skip
def test_each_wrong_answer_is_told_beside_its_question(key, value):
    assert set(rules.answer_faults(QUESTIONS, {**GOOD, key: value})) == {key}


def test_the_schema_says_the_same_to_programs():
    schema = rules.schema_of(QUESTIONS)
    assert schema["required"] == ["rack", "vlan", "connector", "diverse"] and not schema["additionalProperties"]
    assert schema["properties"]["vlan"] == {"title": "?", "type": "integer", "minimum": 1, "maximum": 4094}
    assert schema["properties"]["connector"]["enum"] == ["LC", "SC"]
    assert schema["properties"]["prefix"] == {"title": "?", "type": "string", "format": "cidr"}
