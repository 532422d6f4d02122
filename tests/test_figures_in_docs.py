"""Figures of shipped checkpoints in docs are those of their cards."""

import re
from pathlib import Path

import pytest

from fusionviz.models.checkpoints import list_checkpoints

ROOT = Path(__file__).parents[1]
CARDS = {card.name: card for card in list_checkpoints()}
PAGES = ("docs/weights.md", "docs/mango.md", "docs/alignmamba.md")
INTERVAL = re.compile(r"(-?\d[\d.]*)( %)? \((-?\d[\d.]*) to (-?\d[\d.]*)\)")


def rows():
    """Return each table row that begins with a checkpoint's name, with its header."""
    found = []
    for page in PAGES:
        header: list[str] = []
        for line in (ROOT / page).read_text("utf-8").splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not line.startswith("|"):
                header = []
                continue
            header = header or cells
            name = re.fullmatch(r"`([\w-]+)`", cells[0])
            if name and name[1] in CARDS:
                found.append((f"{page} {name[1]} {header[-1]}", name[1], header, cells))
    return found


ROWS = rows()
OF_CARDS = [row for row in ROWS if "drop" not in row[2]]
"""Without those on missing modalities, which cards know nothing of."""

TIMED = [row for row in ROWS if {"minutes", "trained for"} & set(row[2])]


def digits(number: str) -> int:
    return len(number.partition(".")[2])


def is_told(told: tuple[str, ...], card, scale: float) -> bool:
    """Whether some metric of a card has this value and these ends, as rounded."""
    return any(
        all(
            f"{scale * number:.{digits(text)}f}" == text
            for number, text in zip((one.value, *one.ends), told, strict=True)
        )
        for one in card.metrics.values()
    )


@pytest.mark.parametrize("row", OF_CARDS, ids=[row[0] for row in OF_CARDS])
def test_intervals_are_those_of_the_card(row):
    _, name, _, cells = row
    for cell in cells[1:]:
        for value, percent, low, high in INTERVAL.findall(cell):
            scale = 100 if percent else 1
            assert is_told((value, low, high), CARDS[name], scale), (value, low, high)


@pytest.mark.parametrize("row", TIMED, ids=[row[0] for row in TIMED])
def test_minutes_are_those_of_the_card(row):
    _, name, header, cells = row
    table = dict(zip(header, cells, strict=True))
    told = table.get("minutes") or table["trained for"]
    assert int(re.match(r"\d+", told)[0]) == round(CARDS[name].seconds / 60)


@pytest.mark.parametrize("page", ["docs/weights.md", "docs/mango.md"])
def test_two_cores_are_told_of_those_that_had_two(page):
    text = (ROOT / page).read_text("utf-8")
    two = [name for name, card in CARDS.items() if "2 of 2 cores" in card.hardware]
    assert set(two) == {"mango-nyu", "mango-rooms-16"}
    for name in two:
        assert re.search(rf"\([^)]*`{name}` on two[^)]*\)", text)


def test_there_are_rows_to_check():
    assert {row[1] for row in ROWS} >= {"mango-nyu", "alignmamba-nyu", "mango-rooms"}
    intervals = [INTERVAL.findall(" ".join(row[3])) for row in OF_CARDS]
    assert sum(map(len, intervals)) > 30
    assert len(TIMED) > 10
