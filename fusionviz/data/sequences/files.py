"""Sequences that a reader brings: NPZ files, CSV files of one modality each, or a ZIP.

    text, video, audio, ...   (step, feature) of each modality; names are forgiven much
    words                     of the anchor's steps
    video_times               start and end of each step, seconds; or starts alone. By
                              any clock; `video_times_ms` and so on in other units
    video_mask                which steps are there, or `video_lengths`: how many
    video_alignment           which step of the anchor each step belongs to, -1: none
    target                    a number, or one a step of the anchor

Two modalities are needed to see an alignment; all else may be absent. A CSV has a row
a step, and columns `start`, `end`, `word` and `true` for the same: see `tables` and
`text`. Headers are checked before numbers are touched, and nothing in a file is ever
run: no pickles. What was left out or assumed is in the sample's notes.
"""

import zipfile
from collections.abc import Mapping
from pathlib import PurePath

from fusionviz.data.files.kinds import describe_foreign, identify
from fusionviz.data.files.npz import DAMAGED, open_archive
from fusionviz.data.sequences.archive import HOW, read_archive
from fusionviz.data.sequences.assembly import assemble
from fusionviz.data.sequences.parts import MOST_MODALITIES, FileParts, Part
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.sequences.tables import read_tables
from fusionviz.errors import InputError, is_of_memory

MAX_MEGABYTES = 50
"""Of all files together, and of what a ZIP of tables unpacks to."""

_TABLES = (".csv", ".tsv", ".txt")
_TEXTS = ("a text file", "not a picture")
"""What `describe_foreign` calls a table; the second one in other encodings."""


def read_sequences(files: Mapping[str, bytes]) -> SequenceSample:
    """Return the sequences in files.

    Args:
        files: Bytes by file name. NPZ: an array a modality. CSV: a file a modality,
            which its name tells.

    Raises:
        InputError: One clear sentence on why they cannot be used, and what to do.
    """
    if not files:
        raise InputError("There is no file: bring an NPZ, or a CSV for each modality.")
    if sum(map(len, files.values())) > MAX_MEGABYTES * 1e6:
        raise InputError(
            f"The files have more than {MAX_MEGABYTES} MB: bring a shorter piece."
        )
    found = [_read(_printable(name)[-60:], data) for name, data in files.items()]
    return assemble(found, " and ".join(map(_printable, files))[:60])


def _printable(name: str) -> str:
    """Return the name of a file as it can stand in a sentence."""
    return "".join(letter if letter.isprintable() else "_" for letter in name)


def _read(name: str, data: bytes) -> FileParts:
    try:
        if data[:2] == b"PK":
            with open_archive(data, name, HOW) as archive:
                tables = _tables_of(archive, name)
                return (
                    FileParts(parts=tables) if tables else read_archive(archive, name)
                )
        if not data.strip():
            raise InputError(f"{name} is empty: save it again.")
        kind = identify(data)
        foreign = describe_foreign(data)
        is_text = PurePath(name).suffix.lower() in _TABLES and foreign in _TEXTS
        if not is_text or kind == "NPY":
            what = f"an {kind} file" if kind else foreign
            raise InputError(f"{name} is {what}, not NPZ or CSV: {HOW}.")
        return FileParts(parts=read_tables(name, data))
    except InputError:
        raise
    except DAMAGED as error:
        if is_of_memory(error):
            raise InputError(
                f"{name} needs more memory than there is: bring a shorter piece."
            ) from error
        raise InputError(f"{name} is damaged: {HOW} again.") from error


def _tables_of(archive: zipfile.ZipFile, name: str) -> tuple[Part, ...]:
    """Return the tables of a ZIP of CSV files; none where it holds no such."""
    inside = [
        info
        for info in archive.infolist()
        if PurePath(info.filename).suffix.lower() in _TABLES
        and not info.filename.startswith("__MACOSX/")
    ]
    limit = MAX_MEGABYTES * 1_000_000
    if sum(info.file_size for info in inside) > limit:
        raise InputError(
            f"{name} unpacks to more than {MAX_MEGABYTES} MB: bring a shorter piece."
        )
    parts: list[Part] = []
    for info in inside[: MOST_MODALITIES + 1]:
        with archive.open(info) as stream:
            # The size that the archive tells may be false.
            own = _printable(PurePath(info.filename).name)
            parts += read_tables(own, stream.read(limit))
    return tuple(parts)
