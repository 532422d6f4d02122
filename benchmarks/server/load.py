"""Many sessions at once: are there errors, is data mixed up, how long, how much memory.

    python -m benchmarks.server.load --sessions 30 --minutes 5
      --thinking 20        as a class reads: half of that between two things, on average

It starts the app with the shipped checkpoints. One session alone first visits all that
will be visited and notes what its charts draw. Then each of many sessions has a room or
files of its own, turns pages, opens tabs, and from time to time takes another room or
brings other files; whatever it sees is held against what the one session saw. Clients
run in threads of this process, on the same cores as the server.
"""

import argparse
import json
import os
import random
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.server.visits import (
    address_of,
    charts_of,
    pair_of,
    resident_mb,
    troubles_of,
)
from fusionviz.models.checkpoints import checkpoint_folder
from fusionviz.scaling.runs import describe_machine
from tests.helpers.app.server import Server, serve
from tests.helpers.app.session import Session

SMALL = (120, 160)
"""Pixels of the photographs that are brought: as they load the server, not the line."""

ROOMS = (11, 23, 104, 205, 306, 407)
FILES = (901, 902, 903, 904)
"""Rooms that are looked at, and those whose pictures are brought as files."""

PLACES = (
    ("inputs", "Segmentation"),
    ("inputs", "Transport"),
    ("latents", "Traverse"),
    ("attention", "Overview"),
    ("attention", "Across layers"),
    ("transport", "Three solvers"),
    ("transport", "Hidden attention"),
    ("distributions", "Distance"),
    ("robustness", "On your sample"),
    ("scaling", "Curves"),
)
"""Pages, and tabs of them, that sessions mix."""

THINKING_S = 0.5
"""Seconds, at most, between what a reader sees and what they do next.

So short that the server is always asked for more than it can do.
"""

WARM = 0.2
"""Share of the time after which the server counts as warm."""

REST_S = 25.0
"""Seconds after the last reader has left, in which free memory is given back."""

Charts = dict[str, str]
Place = tuple[str, str]
"""A page and a tab of it."""


@dataclass(kw_only=True)
class Notes:
    """What all sessions note, under one lock.

    Attributes:
        seconds: Of every run, by what was done.
        seconds_at: The same, by the page and tab that were drawn.
        troubles: Errors, and charts that were another's.
        checked: Charts that were held against those of one session.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    seconds_at: dict[str, list[float]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    checked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self, what: str, at: str, seconds: float, troubles: Sequence[str], checked: int
    ) -> None:
        """Note one run."""
        with self.lock:
            self.seconds.setdefault(what, []).append(seconds)
            self.seconds_at.setdefault(at, []).append(seconds)
            self.troubles += troubles
            self.checked += checked


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What a session looks at: a room, or the pictures of one as files."""

    seed: int
    is_files: bool

    def begin(self, address: str, place: Place) -> tuple[Session, Charts, list[str]]:
        """Return a new session at a place, what it sees, and what went wrong."""
        session = Session(address)
        page, tab = place
        said: dict[str, object] = {} if self.is_files else {"seed": self.seed}
        if self.is_files:  # on a page that keeps nothing of a sample, as which row
            session.open(address_of("scaling"))
            session.bring(pair_of(self.seed, SMALL))
        answers = session.open(address_of(page, tab, **said))
        return session, charts_of(answers), troubles_of(answers)


SAMPLES = (
    *(Sample(seed=seed, is_files=False) for seed in ROOMS),
    *(Sample(seed=seed, is_files=True) for seed in FILES),
)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What one session alone saw.

    Attributes:
        samples: That it looked at.
        places: Where.
        charts: By sample and place.
    """

    samples: Sequence[Sample]
    places: Sequence[Place]
    charts: Mapping[tuple[Sample, Place], Charts]


def see_alone(
    address: str, samples: Sequence[Sample], places: Sequence[Place]
) -> Known:
    """Return what one session sees of every sample at every place.

    Raises:
        RuntimeError: Something went wrong already.
    """
    seen: dict[tuple[Sample, Place], Charts] = {}
    for sample in samples:
        for place in places:
            session, charts, troubles = sample.begin(address, place)
            session.close()
            if troubles:
                raise RuntimeError(f"{sample} at {place}: {troubles}")
            seen[sample, place] = charts
    return Known(samples=samples, places=places, charts=seen)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How readers read.

    Attributes:
        known: What they may see.
        until: When they stop, by `time.monotonic`.
        thinking_s: Seconds, at most, before each next thing that they do.
    """

    known: Known
    until: float
    thinking_s: float


def _read(address: str, number: int, trial: Trial, notes: Notes) -> None:
    """Be one reader until the time is up."""
    chance = random.Random(number)
    while time.monotonic() < trial.until:
        sample = chance.choice(trial.known.samples)
        try:
            _one_stay(address, sample, chance, trial, notes)
        except (OSError, RuntimeError, TimeoutError) as error:
            notes.add("failed", "none", 0.0, [f"{type(error).__name__}: {error}"], 0)


def _one_stay(
    address: str,
    sample: Sample,
    chance: random.Random,
    trial: Trial,
    notes: Notes,
) -> None:
    """Open the app with a sample, look at some places, and leave."""
    known = trial.known
    place = chance.choice(known.places)
    began = time.monotonic()
    session, charts, troubles = sample.begin(address, place)
    what = "bring files" if sample.is_files else "open"
    with session:
        _note(what, began, sample, place, charts, troubles, known, notes)
        for _ in range(chance.randint(2, 6)):
            time.sleep(chance.uniform(0, trial.thinking_s))
            if time.monotonic() > trial.until:
                return
            place = chance.choice([p for p in known.places if p[0] != session.page])
            began = time.monotonic()
            answers = session.open(address_of(*place))
            _note(
                *("turn the page", began, sample, place, charts_of(answers)),
                *(troubles_of(answers), known, notes),
            )
            if sample.is_files or chance.random() < 0.7:
                continue
            time.sleep(chance.uniform(0, trial.thinking_s))
            sample = chance.choice([one for one in known.samples if not one.is_files])
            began = time.monotonic()
            answers = session.set_number("seed", sample.seed)
            _note(
                *("take a room", began, sample, place, charts_of(answers)),
                *(troubles_of(answers), known, notes),
            )


def _note(
    what: str,
    began: float,
    sample: Sample,
    place: Place,
    charts: Charts,
    troubles: list[str],
    known: Known,
    notes: Notes,
) -> None:
    seconds = time.monotonic() - began
    alone = known.charts[sample, place]
    differ = [alt for alt in {*alone, *charts} if alone.get(alt) != charts.get(alt)]
    told = [f"{sample} at {place}: another's chart {alt[:90]!r}" for alt in differ]
    notes.add(what, ", ".join(place), seconds, [*troubles, *told], len(charts))


def measure(
    server: Server, known: Known, sessions: int, minutes: float, thinking_s: float
) -> dict[str, Any]:
    """Return what many sessions at once found."""
    alone_mb, notes = resident_mb(server.process), Notes()
    until = time.monotonic() + 60 * minutes
    trial = Trial(known=known, until=until, thinking_s=thinking_s)
    readers = [
        threading.Thread(
            target=_read, args=(server.address, n, trial, notes), daemon=True
        )
        for n in range(sessions)
    ]
    for reader in readers:
        reader.start()
    time.sleep(60 * minutes * WARM)
    warm_mb = resident_mb(server.process)
    levels = [warm_mb]
    while any(reader.is_alive() for reader in readers):
        time.sleep(1)
        levels.append(resident_mb(server.process))
    end_mb = levels[-1]
    time.sleep(REST_S)
    return {
        "sessions": sessions,
        "minutes": minutes,
        "thinking_s": thinking_s,
        "runs": sum(map(len, notes.seconds.values())),
        "charts_checked": notes.checked,
        "troubles": len(notes.troubles),
        "first_troubles": sorted(set(notes.troubles))[:10],
        "seconds": {
            what: _spread(all_) for what, all_ in sorted(notes.seconds.items())
        },
        "seconds_at": {
            at: _spread(all_) for at, all_ in sorted(notes.seconds_at.items())
        },
        "resident_mb": {
            "one session": round(alone_mb),
            "warm": round(warm_mb),
            "every half minute": [round(one) for one in levels[::30]],
            "most": round(max(levels)),
            "end": round(end_mb),
            "at rest": round(resident_mb(server.process)),
        },
        "end_to_warm": round(end_mb / warm_mb, 3),
    }


def _spread(seconds: list[float]) -> dict[str, float]:
    middle, late = (round(float(q), 2) for q in np.percentile(seconds, [50, 95]))
    return {"n": len(seconds), "p50": middle, "p95": late}


def main() -> int:
    """Print what was found as JSON; return whether anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--thinking", type=float, default=THINKING_S)
    parser.add_argument("--few", action="store_true", help="Two samples, four places.")
    asked = parser.parse_args()
    samples: Sequence[Sample] = SAMPLES
    places: Sequence[Place] = PLACES
    if asked.few:
        samples, places = (SAMPLES[0], SAMPLES[-1]), PLACES[:8:2]
    machine = f"{describe_machine()}, {os.cpu_count()} cores"
    with tempfile.TemporaryDirectory() as folder:
        with serve(Path(folder), checkpoint_folder()) as server:
            known = see_alone(server.address, samples, places)
            found = measure(
                *(server, known, asked.sessions, asked.minutes, asked.thinking)
            )
        log = (Path(folder) / "server.log").read_text()
    found["tracebacks"] = log.count("Traceback")
    print(json.dumps({"machine": machine, **found}, indent=1))
    if found["tracebacks"]:
        print(log[-3000:])
    return int(bool(found["troubles"] or found["tracebacks"]))


if __name__ == "__main__":
    raise SystemExit(main())
