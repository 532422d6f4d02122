"""What `python -m fusionviz explain` is asked to make figures of."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fusionviz.data.records import RGBDSample
from fusionviz.data.rgbd_files import ReadingOptions
from fusionviz.data.rooms import ROOM_SIDE
from fusionviz.errors import InputError
from fusionviz.explain.pairs import read_file, read_sample, room_side
from fusionviz.explain.typed import How


@dataclass(frozen=True, kw_only=True)
class FigureSource:
    """What figures are made of: a pair of files, or one of the others.

    Attributes:
        rgb: An RGB picture; a recipe of files wants the same files again.
        depth: A depth map.
        reading: How the two are read; a recipe says it itself.
        room: Seed of a room.
        pixels: Of a side of the room; what its MANGO reads if not given.
        utterance: Seed of a generated utterance.
        video: Id of a video of CMU-MOSI.
        text: A typed sentence; it may stand beside sequences.
        how: What its words become, as `read_typed` takes it.
        sequences: Files of sequences, as `read_sequences` takes them.
        runs: Files of runs over length: what length costs.
        arrays: File of a model's arrays.
        adapter: A live model, as `find_place` takes it.
        asked: What it is asked about, where that is one of its own examples.
        poster: A film's poster.
        plot: A film's plot.
        robustness: File of a report on robustness; None: what was recorded on the data
            that the AlignMamba was trained on, where there is some.
        checkpoint: Name of a MANGO, for pairs; None: the one for such a sample.
        alignmamba: Name of an AlignMamba; None: the first that fits.
        other_room: Seed of the room that exhibits of two subjects compare with.
        device: As `load_checkpoint` takes it.
    """

    rgb: Path | None = None
    depth: Path | None = None
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    room: int | None = None
    pixels: int | None = None
    utterance: int | None = None
    video: str | None = None
    text: str | None = None
    how: How | None = None
    sequences: tuple[Path, ...] = ()
    runs: tuple[Path, ...] = ()
    arrays: Path | None = None
    adapter: str | None = None
    asked: str = ""
    poster: Path | None = None
    plot: str = ""
    robustness: Path | None = None
    checkpoint: str | None = None
    alignmamba: str | None = None
    other_room: int = 2
    device: str = "auto"

    @property
    def files(self) -> dict[str, bytes]:
        """Files of sequences by name.

        Raises:
            InputError: One cannot be read.
        """
        return {path.name: read_file(path) for path in self.sequences}

    @property
    def is_sequences(self) -> bool:
        """Whether it is of sequences, not of pictures."""
        named = (
            self.utterance is not None,
            self.video is not None,
            self.text is not None or bool(self.sequences),
        )
        pictures = self.rgb, self.depth, self.room
        if sum(named) > 1 or (any(named) and any(p is not None for p in pictures)):
            raise InputError(
                "name one thing only: pictures, a room, an utterance, a video, a text "
                "or sequences"
            )
        return any(named)

    @property
    def is_film(self) -> bool:
        """Whether it is of a film."""
        return self.poster is not None or bool(self.plot)

    @property
    def is_pair(self) -> bool:
        """Whether it names pictures."""
        return any(p is not None for p in (self.rgb, self.depth, self.room))

    def of(self, sample: Mapping[str, Any]) -> "FigureSource":
        """Return the same with what a recipe's sample names in its place."""
        return replace(
            self,
            room=sample.get("room"),
            pixels=sample.get("pixels", ROOM_SIDE),
            utterance=sample.get("utterance"),
            video=sample.get("mosi_video"),
            text=sample.get("typed"),
            how=sample.get("how"),
            reading=(
                ReadingOptions.from_recipe(sample)
                if "depth_unit" in sample
                else self.reading
            ),
        )

    def read_pair(self) -> tuple[RGBDSample, dict[str, Any]]:
        """Return the pictures or the room, and what names them in recipes.

        Raises:
            InputError: There is neither or both, or a file cannot be read.
        """
        side = ROOM_SIDE
        if self.room is not None:
            side = self.pixels or room_side(self.checkpoint)
        return read_sample(self.rgb, self.depth, self.room, self.reading, side)
