"""Our quick dataclass behaves as the standard one, on what our models use; the rest it refuses."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import dataclass as standard
from dataclasses import field

import pytest

from provenance.record import dataclass


@dataclass(frozen=True, slots=True)
class Quick:
    """One of ours."""

    name: str
    size: int = 0
    parts: tuple[str, ...] = ()
    made: list[int] = field(default_factory=list)

    @property
    def large(self) -> bool:
        return self.size > 10


@dataclass(frozen=True, slots=True)
class Longer(Quick):
    """One more field."""

    extra: str = ""


@standard(frozen=True, slots=True)
class Slow:
    """The same, by the standard library."""

    name: str
    size: int = 0
    parts: tuple[str, ...] = ()
    made: list[int] = field(default_factory=list)


def test_it_is_a_dataclass_like_the_standard_one():
    """Fields, signature, match arguments, slots, values and texts are the same."""
    quick, slow = Quick("a", 3, ("b",)), Slow("a", 3, ("b",))

    assert [(each.name, each.type, each.default) for each in dataclasses.fields(Quick)] == [
        (each.name, each.type, each.default) for each in dataclasses.fields(Slow)
    ]
    assert list(inspect.signature(Quick).parameters) == list(inspect.signature(Slow).parameters)
    assert Quick.__match_args__ == Slow.__match_args__
    assert Quick.__slots__ == Slow.__slots__
    assert not hasattr(quick, "__dict__")
    assert dataclasses.asdict(quick) == dataclasses.asdict(slow)
    assert repr(quick) == repr(slow).replace("Slow", "Quick")
    assert dataclasses.replace(quick, size=20).large


def test_equality_and_hash_go_by_type_and_values():
    """Equal values of one class are equal; another class with the same values is not."""
    assert Quick("a", 1) == Quick("a", 1)
    assert Quick("a", 1) != Quick("a", 2)
    assert Quick("a") != Longer("a")
    assert Quick("a") != Slow("a")
    assert hash(Longer("a", made=())) == hash(Longer("a", made=()))


def test_nothing_can_be_changed():
    """With the standard error."""
    made = Quick("a")

    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        made.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del made.name
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
        made.other = 1


def test_each_has_its_own_default_factory_value():
    """A list made for one is not the list of another."""
    assert Quick("a").made is not Quick("a").made


def test_it_can_be_copied_and_pickled():
    """Across a process or a cache."""
    made = Longer("a", 2, ("b",), [1], "c")

    assert pickle.loads(pickle.dumps(made)) == made
    assert copy.deepcopy(made) == made


def test_a_missing_argument_is_named():
    """As by any function."""
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'name'"):
        Quick()


REFUSED = {
    "keyword only": lambda: field(kw_only=True, default=0),
    "not initialised": lambda: field(init=False, default=0),
    "not compared": lambda: field(compare=False, default=0),
    "not shown": lambda: field(repr=False, default=0),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_what_it_does_not_do_is_refused(make):
    """Rather than done wrong."""
    with pytest.raises(TypeError, match="use the standard dataclass"):
        dataclass(frozen=True, slots=True)(type("Odd", (), {"__annotations__": {"a": int}, "a": make()}))


def test_only_one_form_exists():
    """Mutable or slotless ones are the standard decorator's."""
    with pytest.raises(TypeError, match="use the standard one"):
        dataclass(frozen=True)
