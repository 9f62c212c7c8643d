"""`python -m tests.hostile FOLDER ADDRESS`: bring every input to every door and print one line of JSON for each.

A line says what was answered, the processor seconds and by how many MiB the process grew meanwhile. The last line says
what was opened and called outside the project, what work failed, and whether the service still works.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from tests.fixtures.evil import EVIL, LARGE, indexed
from tests.hostile import others
from tests.hostile.envelopes import REQUESTS
from tests.hostile.house import House, a_house
from tests.hostile.watch import Guarded, Watch, aimed, names_of

Visit: TypeAlias = tuple[str, str, Callable[[], str]]
JSON_PATHS = ("/v1/berichten/_zoek", "/v1/budgetberekeningen", "/v1/toekenningen")
OF_BYTES = ("bericht", "controleer", "soap", "in_di01", "in_du01")


def visits(house: House, aim: Callable[[bytes], bytes]) -> Iterator[Visit]:
    """The door, the input and what brings the one to the other."""
    for name in indexed():
        for door in OF_BYTES:
            yield door, name, lambda door=door, name=name: getattr(house, door)(aim((EVIL / name).read_bytes()))
        yield "map", name, lambda name=name: house.picked_up("a.xml", aim((EVIL / name).read_bytes()))
    for name, (_, make) in LARGE.items():
        yield "bericht", name, lambda make=make: house.bericht(make())
    for name, one in REQUESTS.items():
        yield (
            "envelop",
            name,
            lambda one=one: house.soap(aim(one.body()), content_type=one.content_type, headers=one.headers),
        )
    for path in JSON_PATHS:
        for name, make in {**others.JSON, **others.TOO_LARGE}.items():
            yield path, name, lambda path=path, make=make: house.json(make(), path=path)
    for name in others.FILE_NAMES:
        yield "naam", name, lambda name=name: house.picked_up(name, b"<x/>")
    yield "naam", "bytes that are no text", lambda: house.picked_up(b"\xff\xfe.xml", b"<x/>")
    yield from of_questions(house)
    yield from of_commands(house, aim)


def of_questions(house: House) -> Iterator[Visit]:
    """Every parameter of the lists with every strange value, and those values in the place of an id."""
    for value in others.VALUES:
        for name in ("limiet", "cursor", "soort", "status", "na", "aanbieder", "identificatie"):
            for path in ("/v1/berichten", "/v1/postbus", "/v1/toewijzingen", "/v1/declaraties"):
                yield (
                    "vraag",
                    f"{path}?{name}={value[:40]}",
                    lambda path=path, name=name, value=value: house.asked(path, **{name: value}),
                )
        if "/" not in value and len(value) < 1_000:
            yield "pad", value, lambda value=value: house.asked(f"/v1/berichten/{house.quoted(value)}")


def of_commands(house: House, aim: Callable[[bytes], bytes]) -> Iterator[Visit]:
    """The commands that read a file."""
    file = house.folder / "file"

    def given(make: Callable[[], bytes], *arguments: str) -> str:
        file.write_bytes(aim(make()))
        return house.command(*arguments, str(file))

    for name, make in others.YAML.items():
        yield "inrichting", name, lambda make=make: given(make, "inrichting", "load")
    for name, make in others.CSV.items():
        yield "overgang", name, lambda make=make: given(make, "overgang", "--gemeente", "0384", "--proef")
    for name in ("as_it_is.xml", "dtd_billion_laughs.xml", "schema_location_http.xml", "nul.xml", "xsi_nil.xml"):
        yield "check", name, lambda name=name: given((EVIL / name).read_bytes, "check")


def main(folder: Path, address: bytes) -> None:
    """Visit every door in this process."""
    box, guarded = folder / "box", Guarded(folder / "guarded")
    box.mkdir()
    with a_house(box, folder / "iwmo.db") as house:
        assert house.works()
        watch = Watch.begin(folder)
        for door, name, visit in visits(house, lambda body: aimed(body, address=address, file=folder / "guarded")):
            _reset_peak()
            grown, begun = _memory("VmRSS"), time.process_time()
            answer = _answer(visit)
            cost = {"seconds": round(time.process_time() - begun, 3), "mib": _memory("VmHWM") - grown}
            _print({"door": door, "name": name, "answer": answer, **cost})
        seen = names_of(watch.seen)
        _print({"seen": seen, "touched": guarded.was_touched, "failed": house.failed_work(), "works": house.works()})


def _answer(visit: Callable[[], str]) -> str:
    try:
        return visit()
    except Exception as error:
        return f"raised {type(error).__name__}"


def _print(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _reset_peak() -> None:
    if Path("/proc/self/clear_refs").exists():
        Path("/proc/self/clear_refs").write_text("5")


def _memory(name: str) -> int:
    """In MiB."""
    status = Path("/proc/self/status").read_text().splitlines()
    [kibibytes] = [line.split()[1] for line in status if line.startswith(f"{name}:")]
    return int(kibibytes) // 1_024


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].encode())
