"""What behaviours remember stands in registers by name, new ones or those of a state."""

from attrs import define

from simulation.processes.memory import Memory


@define
class Diary:
    pages: int = 0


def test_a_register_is_new_where_there_was_none_and_the_same_from_then_on() -> None:
    memory = Memory()
    memory.of("diary", Diary).pages = 3
    assert memory.of("diary", Diary) == Diary(3)
    assert memory.registers == {"diary": Diary(3)}


def test_a_register_is_as_a_state_has_it_and_is_asked_for_once() -> None:
    asked = list[str]()

    def restored(name: str, _: type[object]) -> Diary | None:
        asked.append(name)
        return Diary(7) if name == "diary" else None

    memory = Memory(restored)
    assert [memory.of(name, Diary).pages for name in ("diary", "diary", "other")] == [7, 7, 0]
    assert asked == ["diary", "other"]
