"""Files with faults put into them, and what readers make of each: time, memory, errors.

`python -m tests.helpers.mutated_files 2000` reads so many and prints what came of it.
"""

import io
import json
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from safetensors.numpy import save

from fusionviz.data.arrays.example import example_arrays
from fusionviz.data.arrays.example import example_file as arrays_example
from fusionviz.data.arrays.files import read_arrays
from fusionviz.data.attention.files import example_file as attention_example
from fusionviz.data.attention.files import read_attention
from fusionviz.data.folders import data_folder
from fusionviz.data.sequences.files import read_sequences
from fusionviz.data.utterances.example import example_file, example_tables
from fusionviz.errors import InputError

SLOWEST_S, LARGEST_BYTES = 5.0, 1_000_000_000
"""What reading one file may take: seconds of the processor, and memory on top."""

NASTY = (
    *(b"", b"\0", b"nan", b"-inf", b"1e999", b"-1e-999", b"1_0", b"1,5", b"1.234,5"),
    *(b"--undefined--", b"?", b"#", b"%", b'"', b'""', b"'", b"sep=;\n", b";", b"\t"),
    *(b" ", b"|", b"\r", b"\n", b"\r\n\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xff"),
    *("…".encode(), "\u202e".encode(), b"label", b"frame", b"face_id", b"timestamp_ms"),
    *(b"word", b"true", b"9" * 400, b"1756100000000", b"0x10", b"TRUE", b"1;2;3"),
)
NAMES = (
    *("text", "audio", "video", "words", "y", "sample", "audio_times", "times_ms"),
    *("attention", "tokens", "modality", "grid", "attention_mask", "audio_mask"),
    *("video_start", "video_end", "audio_alignment", "text_ids", "audio_lengths"),
    *("plan", "plan_between", "tokens_text", "labels_rgb", "latents", "classes"),
    *("prediction", "rgb", "depth", "tokens_", "labels_"),
    *("mask", "padding_mask", "x_test", "audio_train", "<b>$x$", "", "../text"),
)
DTYPES = ("<f4", ">f8", "<f2", "|u1", "<i8", ">i2", "|b1", "<U3", "|S2", "<c8", "|O")


@dataclass(frozen=True)
class Case:
    """A file to read: which reader takes it, and under which name."""

    reader: str
    name: str
    data: bytes

    def read(self) -> object:
        """Return what the reader makes of it."""
        if self.reader == "attention":
            return read_attention(self.data)
        if self.reader == "arrays":
            return read_arrays(self.data)
        is_table = not self.name.endswith((".npz", ".zip"))
        others = {"text.csv": b"word,f\nso,1\n"} if is_table else {}
        return read_sequences({self.name: self.data, **others})


def npz(**arrays) -> bytes:
    """Return arrays as NumPy saves them."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def npy(array) -> bytes:
    """Return an array as NumPy saves it."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def safetensors(arrays: dict[str, np.ndarray]) -> bytes:
    """Return arrays as a safetensors file, text as JSON lists in its metadata."""
    words = {k: x for k, x in arrays.items() if x.dtype.kind == "U"}
    numbers = {k: np.ascontiguousarray(x) for k, x in arrays.items() if k not in words}
    return save(numbers, {k: json.dumps(x.tolist()) for k, x in words.items()})


def whole_files() -> list[Case]:
    """Return files without faults; those of the reports too where they are."""
    rows = np.arange(1, 61, dtype=np.float32).reshape(20, 3)
    square = np.full((2, 2, 5, 5), 0.2, np.float32)
    cases = [
        Case("sequences", "a.npz", example_file()),
        Case("sequences", "a.zip", example_tables()),
        Case("sequences", "a.npz", npz(audio=rows[None], audio_mask=rows[None, :, 0])),
        Case("sequences", "a.npz", npz(audio=rows[:, None], video=rows[:7, None])),
        Case("sequences", "a.npz", npz(audio=rows.T, audio_times=rows[:, :2], y=[1.0])),
        Case("sequences", "audio.csv", b"time,a,b\n" + b"0,1,2\n1,3,?\n" * 9),
        Case("sequences", "audio.csv", b"a;b\n1,5;2\n3;4,5\n"),
        Case("sequences", "audio.tsv", b"# start\tend\ta\n0\t1\t5\n1\t2\t6\n"),
        Case("sequences", "audio.txt", b"1.5 2 3\n4 5 6\n7 8 9\n"),
        Case("sequences", "v.csv", b"frame, face_id, f\n1, 0, 5\n1, 1, 6\n2, 0, 7\n"),
        Case("attention", "a.npz", attention_example()),
        Case("attention", "a.npz", npz(attn=square, tokens=list("abcde"), grid=[1, 5])),
        Case("attention", "a.npy", npy(square[0])),
        Case("arrays", "a.npz", arrays_example()),
        Case("arrays", "a.safetensors", safetensors(example_arrays())),
    ]
    for path in sorted((data_folder() / "reports").glob("s*")):
        name = "a.npz" if path.suffix == ".npz" else f"audio{path.suffix}"
        cases.append(Case("sequences", name, path.read_bytes()))
    return cases


def mutated(seed: int, files: list[Case]) -> Case:
    """Return one of the files with one to four faults; the same for a seed."""
    random = np.random.default_rng(seed)
    case = files[int(random.integers(len(files)))]
    data = case.data
    is_archive = data[:2] == b"PK"
    kinds: list[Callable[[bytes, np.random.Generator], bytes]]
    kinds = [_flip, _cut, _insert, _repeat, _swap]
    if is_archive:
        kinds += [_repack] * 8
    elif data[:1] != b"\x93" and case.reader == "sequences":
        kinds += [_cell] * 8
    for _ in range(int(random.integers(1, 5))):
        data = kinds[int(random.integers(len(kinds)))](data, random)
    return Case(case.reader, case.name, data)


def outcomes(count: int, first: int = 0) -> Iterator[tuple[int, str, float, int]]:
    """Yield of each mutated file its seed, what came of it, seconds and bytes."""
    files = whole_files()
    for seed in range(first, first + count):
        case = mutated(seed, files)
        before, began = _restart_peak(), time.process_time()
        try:
            case.read()
            outcome = "read"
        except InputError as error:
            text = str(error)
            is_sentence = text.endswith(".") and "\n" not in text and text.isprintable()
            outcome = (
                "refused" if is_sentence else f"refused without a sentence: {text}"
            )
        except Exception as error:  # noqa: BLE001 - which is what is looked for
            where = traceback.extract_tb(error.__traceback__)[-1]
            outcome = f"{type(error).__name__} in {where.filename}:{where.lineno}"
        seconds = time.process_time() - began
        peak = _peak() - before
        if seconds > SLOWEST_S:
            outcome = f"slow ({seconds:.1f} s)"
        if peak > LARGEST_BYTES:
            outcome = f"large ({peak / 1e6:.0f} MB)"
        yield seed, outcome, seconds, peak


def _flip(data: bytes, random: np.random.Generator) -> bytes:
    if not data:
        return data
    out = bytearray(data)
    for _ in range(int(random.integers(1, 6))):
        out[_place(data, random)] = int(random.integers(256))
    return bytes(out)


def _cut(data: bytes, random: np.random.Generator) -> bytes:
    return data[: _place(data, random)] if random.random() < 0.5 else data[:-1]


def _insert(data: bytes, random: np.random.Generator) -> bytes:
    at = _place(data, random)
    return data[:at] + NASTY[int(random.integers(len(NASTY)))] + data[at:]


def _repeat(data: bytes, random: np.random.Generator) -> bytes:
    """Repeat a piece, up to some megabytes."""
    start, stop = sorted((_place(data, random), _place(data, random)))
    times = int(10 ** random.uniform(0, 5))
    times = min(times, 3_000_000 // max(stop - start, 1) + 1)
    return data[:stop] + data[start:stop] * times + data[stop:]


def _swap(data: bytes, random: np.random.Generator) -> bytes:
    a, b, c = sorted(_place(data, random) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def _cell(data: bytes, random: np.random.Generator) -> bytes:
    """Put something else in place of a cell, or take a line out, or double it."""
    lines = data.split(b"\n")
    at = int(random.integers(len(lines)))
    what = random.random()
    if what < 0.15:
        return b"\n".join(lines[:at] + lines[at + 1 :])
    if what < 0.3:
        return b"\n".join([*lines[: at + 1], *lines[at:]])
    apart = b"\t" if b"\t" in lines[at] else b";" if b";" in lines[at] else b","
    cells = lines[at].split(apart)
    cells[int(random.integers(len(cells)))] = NASTY[int(random.integers(len(NASTY)))]
    lines[at] = apart.join(cells)
    return b"\n".join(lines)


def _repack(data: bytes, random: np.random.Generator) -> bytes:
    """Change, rename, add or take away an array, and pack the rest anew."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
    except Exception:  # noqa: BLE001 - it is damaged by an earlier fault
        return _flip(data, random)
    if not members:
        return data
    name = list(members)[int(random.integers(len(members)))]
    what = int(random.integers(6))
    if what == 0:
        members[name] = _flip(members[name], random)
    elif what == 1:
        members[f"{NAMES[int(random.integers(len(NAMES)))]}.npy"] = members.pop(name)
    elif what == 2:
        members[f"{NAMES[int(random.integers(len(NAMES)))]}.npy"] = _array(random)
    elif what == 3:
        members[name] = _array(random)
    elif what == 4:
        members[name] = _header(members[name], random)
    else:
        members.pop(name)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for own, content in members.items():
            # Of a time of its own, so that a seed gives the same bytes.
            archive.writestr(zipfile.ZipInfo(own), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _array(random: np.random.Generator) -> bytes:
    """Return an NPY file of any type and shape, some of them large."""
    axes = int(random.integers(0, 6))
    shape = tuple(int(x) for x in random.choice([0, 1, 2, 3, 5, 20], axes))
    if random.random() < 0.1:
        shape = ((1, 60_000, 20), (3_000_000,), (300, 400, 8), (7, 4096))[
            int(random.integers(4))
        ]
    dtype = DTYPES[int(random.integers(len(DTYPES) - 1))]
    values = random.choice([0.0, 1.0, -1.0, 2.5, 7.0, 1e9], shape)
    kind = np.dtype(dtype).kind
    with np.errstate(all="ignore"):
        array = values.astype(dtype)
    if kind == "f" and array.ndim and random.random() < 0.3:
        array[random.random(array.shape) < 0.3] = random.choice([np.nan, np.inf, 6e4])
    if random.random() < 0.2:
        array = np.asfortranarray(array)
    return npy(array)


def _header(member: bytes, random: np.random.Generator) -> bytes:
    """Put another number, type or word into the header of an NPY file."""
    end = member.find(b"\n")
    if end < 0:
        return _flip(member, random)
    head = member[:end]
    old = (b"1", b"2", b"0", b"f4", b"<", b"False", b"shape", b"(", b")", b",")
    new = (b"9999999999999", b"-1", b"0", b"1e3", b"True", b"V8", b"O", b"((", b"None")
    which = old[int(random.integers(len(old)))]
    changed = head.replace(which, new[int(random.integers(len(new)))], 1)
    length = max(0, min(len(changed) - 9, 65_535)).to_bytes(2, "little")
    return changed[:8] + length + changed[10:] + member[end:]


def _place(data: bytes, random: np.random.Generator) -> int:
    """Return a place in a file, often near its start."""
    reach = int(random.choice([16, 128, 1024, max(len(data), 1)]))
    return int(random.integers(max(1, min(reach, len(data)))))


def _restart_peak() -> int:
    """Return the memory that is taken now, and count its peak from here on."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    return _peak()


def _peak() -> int:
    with open("/proc/self/status", encoding="ascii") as file:
        line = next(line for line in file if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


def main() -> None:
    """Read mutated files and print what came of them."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    found: Counter[str] = Counter()
    slowest, largest = 0.0, 0
    for seed, outcome, seconds, peak in outcomes(count, first):
        found[outcome] += 1
        slowest, largest = max(slowest, seconds), max(largest, peak)
        if outcome not in ("read", "refused"):
            print(f"seed {seed}: {outcome}", flush=True)  # noqa: T201
    told = ", ".join(f"{number} {what}" for what, number in found.most_common())
    print(  # noqa: T201
        f"{count} files: {told}; slowest {slowest:.2f} s of the processor, "
        f"largest {largest / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main()
