"""Faults that are put into files: in any bytes, in archives, headers, tables and text.

Every one takes bytes and a generator of numbers, so that a seed gives the same file.
"""

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

Random = np.random.Generator
Mutation = Callable[[bytes, Random], bytes]

NASTY = (
    *(b"", b"\0", b"nan", b"-inf", b"1e999", b"-1e-999", b"1_0", b"1,5", b"1.234,5"),
    *(b"--undefined--", b"?", b"#", b"%", b'"', b'""', b"'", b"sep=;\n", b";", b"\t"),
    *(b" ", b"|", b"\r", b"\n", b"\r\n\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xff"),
    *("…".encode(), "\u202e".encode(), b"label", b"frame", b"face_id", b"timestamp_ms"),
    *(b"word", b"true", b"9" * 400, b"1756100000000", b"0x10", b"TRUE", b"1;2;3"),
)
"""Words that stand where a cell of a table stood."""

NAMES = (
    *("text", "audio", "video", "words", "y", "sample", "audio_times", "times_ms"),
    *("attention", "tokens", "modality", "grid", "attention_mask", "audio_mask"),
    *("video_start", "video_end", "audio_alignment", "text_ids", "audio_lengths"),
    *("plan", "plan_between", "tokens_text", "labels_rgb", "latents", "classes"),
    *("prediction", "rgb", "depth", "tokens_", "labels_"),
    *("mask", "padding_mask", "x_test", "audio_train", "<b>$x$", "", "../text"),
)
DTYPES = ("<f4", ">f8", "<f2", "|u1", "<i8", ">i2", "|b1", "<U3", "|S2", "<c8", "|O")

VALUES = (
    *(None, True, False, 0, -1, 1, 2.5, -1e-9, 10**9, 10**30, 1e308, 2**63, "", "0"),
    *("x", "x" * 5000, "../../etc/passwd", "rooms", "\u202e<b>$", "nan", "a.b", "\0"),
    *([], {}, [[]], [None], {"": 0}, [1, "x"], [0] * 2000, {"a": {"a": {"a": []}}}),
)
"""What stands where a value of a JSON or TOML table stood."""

NUMBERS = (0, 1, 3, 0x7F, 0xFF, 0xFFFF, 40_000, 2**31 - 1, 2**32 - 1)
"""Sizes that headers claim."""


def changed(
    data: bytes, random: Random, kinds: tuple[Mutation, ...], most: int = 4
) -> bytes:
    """Return a file with one to `most` faults of some kinds."""
    for _ in range(int(random.integers(1, most + 1))):
        data = pick(kinds, random)(data, random)
    return data


def pick(choices: Any, random: Random) -> Any:
    """Return one of a sequence."""
    return choices[int(random.integers(len(choices)))]


def flip(data: bytes, random: Random) -> bytes:
    """Change one to five bytes."""
    if not data:
        return data
    out = bytearray(data)
    for _ in range(int(random.integers(1, 6))):
        out[_place(data, random)] = int(random.integers(256))
    return bytes(out)


def cut(data: bytes, random: Random) -> bytes:
    """Leave out the end, from any place on or the last byte."""
    return data[: _place(data, random)] if random.random() < 0.5 else data[:-1]


def insert(data: bytes, random: Random) -> bytes:
    """Put a nasty word anywhere."""
    at = _place(data, random)
    return data[:at] + pick(NASTY, random) + data[at:]


def repeat(data: bytes, random: Random) -> bytes:
    """Repeat a piece, up to some megabytes."""
    start, stop = sorted((_place(data, random), _place(data, random)))
    times = int(10 ** random.uniform(0, 5))
    times = min(times, 3_000_000 // max(stop - start, 1) + 1)
    return data[:stop] + data[start:stop] * times + data[stop:]


def swap(data: bytes, random: Random) -> bytes:
    """Exchange two pieces beside each other."""
    a, b, c = sorted(_place(data, random) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def overwrite(data: bytes, random: Random) -> bytes:
    """Put a few bytes in place of some others, near the start as a rule."""
    out, at = bytearray(data), _place(data, random)
    new = random.bytes(int(random.integers(0, 5)))
    new = pick((new, b"\xff" * 4, bytes(4)), random)
    out[at : at + int(random.integers(0, 9))] = new
    return bytes(out)


ANY = (flip, cut, insert, repeat, swap, overwrite)
"""Faults of any file."""


def claim(data: bytes, random: Random) -> bytes:
    """Let a header claim another size: in binary, in digits, or in a PNG's chunk."""
    if data.startswith(b"\x89PNG") and len(data) > 33 and random.random() < 0.7:
        return _claim_png(data, random)
    number = pick(NUMBERS, random)
    if random.random() < 0.5:
        return _claim_in_digits(data, random, number)
    size = pick((1, 2, 4), random)
    order = pick(("little", "big"), random)
    at = _place(data, random)
    field = (number % 256**size).to_bytes(size, order)
    return data[:at] + field + data[at + size :]


def _claim_png(data: bytes, random: Random) -> bytes:
    """Change a field of a PNG's header, and its checksum with it."""
    fields = list(struct.unpack(">IIBBBBB", data[16:29]))
    at = int(random.integers(len(fields)))
    fields[at] = pick(NUMBERS, random) % (2**31 if at < 2 else 256)
    head = b"IHDR" + struct.pack(">IIBBBBB", *fields)
    checksum = struct.pack(">I", zlib.crc32(head))
    return data[:12] + head + checksum + data[33:]


def _claim_in_digits(data: bytes, random: Random, number: int) -> bytes:
    found = list(re.finditer(rb"\d+", data[:2000]))
    if not found:
        return flip(data, random)
    one = pick(found, random)
    return data[: one.start()] + b"%d" % number + data[one.end() :]


def cell(data: bytes, random: Random) -> bytes:
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
    cells[int(random.integers(len(cells)))] = pick(NASTY, random)
    lines[at] = apart.join(cells)
    return b"\n".join(lines)


def repack(data: bytes, random: Random) -> bytes:
    """Change, rename, add or take away an array, and pack the rest anew."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
    except Exception:  # noqa: BLE001 - it is damaged by an earlier fault
        return flip(data, random)
    if not members:
        return data
    name = pick(list(members), random)
    what = int(random.integers(6))
    if what == 0:
        members[name] = flip(members[name], random)
    elif what == 1:
        members[f"{pick(NAMES, random)}.npy"] = members.pop(name)
    elif what == 2:
        members[f"{pick(NAMES, random)}.npy"] = _array(random)
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


def line(data: bytes, random: Random) -> bytes:
    """Give a key of a TOML file another value, or take, double or move a line."""
    lines = data.split(b"\n")
    at = int(random.integers(len(lines)))
    what = random.random()
    if what < 0.1:
        return b"\n".join(lines[:at] + lines[at + 1 :])
    if what < 0.2:
        return b"\n".join([*lines[: at + 1], *lines[at:]])
    if what < 0.3:
        moved = lines.pop(at)
        lines.insert(int(random.integers(len(lines) + 1)), moved)
        return b"\n".join(lines)
    key = lines[at].split(b"=")[0] if b"=" in lines[at] else b"x "
    lines[at] = key + b"= " + as_toml(pick(VALUES, random)).encode()
    return b"\n".join(lines)


def nest(data: bytes, random: Random) -> bytes:
    """Put brackets deep in each other in place of a value."""
    deep = int(10 ** random.uniform(1, 4))
    found = list(re.finditer(rb"[=:] *([\w\"'.-]+)", data))
    if not found:
        return data
    one = pick(found, random)
    opens, closes = pick(((b"[", b"]"), (b'{"a":', b"}"), (b"{a=", b"}")), random)
    value = opens * deep + b"1" + closes * deep
    return data[: one.start(1)] + value + data[one.end(1) :]


def value_of_json(data: bytes, random: Random) -> bytes:
    """Give a place in a JSON text another value, or take it out, or rename it."""
    try:
        table = json.loads(data)
    except (ValueError, RecursionError):
        return flip(data, random)
    places = list(_places(table))
    if not places:
        return json.dumps(pick(VALUES, random)).encode()
    holder, key = pick(places, random)
    what = random.random()
    if what < 0.15 and isinstance(holder, dict):
        del holder[key]
    elif what < 0.3 and isinstance(holder, dict):
        holder[pick(("", "x", "name", "format", "seed"), random)] = holder.pop(key)
    elif what < 0.4:
        other, name = pick(places, random)
        holder[key] = json.loads(
            json.dumps(other.get(name) if isinstance(other, dict) else 0)
        )
    else:
        holder[key] = pick(VALUES, random)
    return json.dumps(table).encode()


def _places(table: Any, depth: int = 0) -> Any:
    """Yield what holds each value of a table, and its key there."""
    if depth > 40:
        return
    pairs = table.items() if isinstance(table, dict) else enumerate(table)
    for key, value in list(pairs):
        yield table, key
        if isinstance(value, dict | list):
            yield from _places(value, depth + 1)


def as_toml(value: Any) -> str:
    """Return a value as TOML has it; it has no null, and tables only in a line."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(k)} = {as_toml(v)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return json.dumps(value)


def change_header(data: bytes, random: Random) -> bytes:
    """Change a value in the header of a safetensors file, whose length fits again."""
    length = int.from_bytes(data[:8], "little")
    if length > len(data) - 8:
        return data
    header = value_of_json(data[8 : 8 + length], random)
    return len(header).to_bytes(8, "little") + header + data[8 + length :]


def _array(random: Random) -> bytes:
    """Return an NPY file of any type and shape, some of them large."""
    axes = int(random.integers(0, 6))
    shape = tuple(int(x) for x in random.choice([0, 1, 2, 3, 5, 20], axes))
    if random.random() < 0.1:
        shape = pick(((1, 60_000, 20), (3_000_000,), (300, 400, 8), (7, 4096)), random)
    dtype = pick(DTYPES[:-1], random)
    values = random.choice([0.0, 1.0, -1.0, 2.5, 7.0, 1e9], shape)
    kind = np.dtype(dtype).kind
    with np.errstate(all="ignore"):
        array = values.astype(dtype)
    if kind == "f" and array.ndim and random.random() < 0.3:
        array[random.random(array.shape) < 0.3] = random.choice([np.nan, np.inf, 6e4])
    if random.random() < 0.2:
        array = np.asfortranarray(array)
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def _header(member: bytes, random: Random) -> bytes:
    """Put another number, type or word into the header of an NPY file."""
    end = member.find(b"\n")
    if end < 0:
        return flip(member, random)
    head = member[:end]
    old = (b"1", b"2", b"0", b"f4", b"<", b"False", b"shape", b"(", b")", b",")
    new = (b"9999999999999", b"-1", b"0", b"1e3", b"True", b"V8", b"O", b"((", b"None")
    changed_head = head.replace(pick(old, random), pick(new, random), 1)
    length = max(0, min(len(changed_head) - 9, 65_535)).to_bytes(2, "little")
    return changed_head[:8] + length + changed_head[10:] + member[end:]


def npy_header(data: bytes, random: Random) -> bytes:
    """Change the header of an NPY file; any other file's first bytes."""
    return (
        _header(data, random)
        if data.startswith(b"\x93NUMPY")
        else overwrite(data, random)
    )


def _place(data: bytes, random: Random) -> int:
    """Return a place in a file, often near its start."""
    reach = int(random.choice([16, 128, 1024, max(len(data), 1)]))
    return int(random.integers(max(1, min(reach, len(data)))))
