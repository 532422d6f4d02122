"""One table, written in every way that programs write tables, comes back the same."""

import codecs
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.sequences.files import read_sequences
from fusionviz.data.sequences.names import understand_column
from tests.helpers.files.brought_sequences import told

TEXT = {"text.csv": b"word,f1,f2\nso,1,2\nfar,3,4\n"}


@dataclass(frozen=True)
class Style:
    """How a program writes a table."""

    separator: str
    comma: bool
    header: str  # none, names, or the mark before them
    encoding: str
    newline: str
    quoted: bool
    sep_line: bool
    missing: str

    def number(self, x):
        text = self.missing if np.isnan(x) else repr(float(x))
        text = text.replace(".", ",") if self.comma and not np.isnan(x) else text
        return f'"{text}"' if self.quoted else text

    def write(self, names, table) -> bytes:
        lines = [self.separator.join(map(self.number, row)) for row in table]
        if self.header != "none":
            lines.insert(0, self.header + self.separator.join(names))
        if self.sep_line:
            lines.insert(0, f"sep={self.separator}")
        text = self.newline.join([*lines, ""])
        if self.encoding == "utf-16":
            return codecs.BOM_UTF16_LE + text.encode("utf-16-le")
        return text.encode(self.encoding)


@st.composite
def styles(draw):
    separator = draw(st.sampled_from([",", ";", "\t", "|", " ", "   "]))
    blank = separator.isspace() and separator != "\t"
    # A comma cannot be both, but in quotes.
    quoted = draw(st.booleans()) and not blank
    return Style(
        separator=separator,
        comma=draw(st.booleans()) and (separator != "," or quoted),
        header=draw(st.sampled_from(["none", "", "# ", "#", "% "])),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"])),
        newline=draw(st.sampled_from(["\n", "\r\n"])),
        quoted=quoted,
        sep_line=draw(st.booleans()) and not blank,
        missing=draw(
            st.sampled_from(["--undefined--", "?", "NA", "NaN", "n/a", "#N/A"])
        ),
    )


def tables():
    plain = st.floats(-1e3, 1e3, allow_nan=False).map(lambda x: round(x, 3))
    return st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(plain, min_size=width, max_size=width), min_size=2, max_size=8
        )
    )


@settings(max_examples=300, deadline=None)
@given(styles(), tables(), st.integers(0, 1000))
def test_a_table_comes_back(style, rows, hole):
    table = np.array(rows)
    # The first and the last row stay whole: where nothing is, nothing tells the style.
    if len(table) > 2:
        table[1 + hole % (len(table) - 2), hole % table.shape[1]] = np.nan
    names = [f"f{n}" for n in range(table.shape[1])]
    if not table[-1].any():
        table[-1, 0] = 1.5  # or the last step would be padding
    sample = read_sequences({"audio.csv": style.write(names, table), **TEXT})
    np.testing.assert_array_equal(
        sample.modalities["audio"], np.nan_to_num(table).astype(np.float32)
    )
    lost = np.isnan(table).sum()
    assert (f"{lost} values of audio" in told(sample)) == bool(lost)


@pytest.mark.parametrize(
    ("name", "role", "seconds"),
    [
        ("timestamp_ms", "time", 1e-3),
        ("Timestamp (ms)", "time", 1e-3),
        ("frameTime", "time", None),
        ("FrameTime", "time", None),
        ("frame_time", "time", None),
        (" timestamp", "time", None),
        ("time [s]", "time", 1.0),
        ("Time_in_seconds", "time", 1.0),
        ("time_us", "time", 1e-6),
        ("t", "time", None),
        ("# start", "start", None),
        ("Start Time", "start", None),
        ("startTime", "start", None),
        ("time_start", "start", None),
        ("start_ms", "start", 1e-3),
        ("tmin", "start", None),
        ("End time (s)", "end", 1.0),
        ("frame", "counter", None),
        ("Frame_Number", "counter", None),
        ("Unnamed: 0", "counter", None),
        ("", "counter", None),
        ("face_id", "person", None),
        ("FaceID", "person", None),
        ("label", "label", None),
        ("Emotion", "label", None),
        ("pitch", "feature", None),
        ("gaze_0_x", "feature", None),
        ("duration_ms", "feature", None),
        ("frame_energy", "feature", None),
        ("target_distance_s", "feature", None),
    ],
)
def test_columns_are_known_however_they_are_spelled(name, role, seconds):
    found = understand_column(name)
    assert (found.role, found.seconds) == (role, seconds)


def read_audio(data: str):
    return read_sequences({"audio.csv": data.encode(), **TEXT})


def test_what_is_no_feature_is_left_out_and_told():
    sample = read_audio(
        "frame,timestamp,name,label,pitch,energy,time\n"
        "3,0.0,a.wav,1,100,1,7\n3,0.1,a.wav,0,110,2,7\n5,0.2,a.wav,1,120,3,7\n"
    )
    np.testing.assert_array_equal(
        sample.modalities["audio"], [[100, 1], [110, 2], [120, 3]]
    )
    for words in (
        "counts rows: frame",
        "labels steps: label",
        "no numbers: name",
        "another column says it: time",
    ):
        assert words in told(sample)


@pytest.mark.parametrize("frames", ["1,2.5,3", "3,2,1", "1,1,1"])
def test_a_frame_column_that_does_not_count_is_a_feature(frames):
    rows = zip(frames.split(","), "567", strict=True)
    sample = read_audio("frame,pitch\n" + "".join(f"{a},{b}\n" for a, b in rows))
    assert sample.modalities["audio"].shape == (3, 2)


def test_a_column_called_t_that_falls_is_a_feature():
    assert read_audio("t,f\n3,1\n1,2\n").modalities["audio"].shape == (2, 2)
    sample = read_audio("t,f\n1,1\n3,2\n")
    assert sample.modalities["audio"].shape == (2, 1)
    np.testing.assert_array_equal(sample.times["audio"], [[1, 3], [3, 5]])


def test_other_columns_that_are_no_numbers_are_told():
    sample = read_audio("start,end,true,f\n0,a,x,1\n1,b,y,2\n")
    assert "no numbers: end, true" in told(sample)
    assert "2 of 2 times of audio are unknown" in told(sample)


def test_times_that_are_no_numbers_are_told():
    sample = read_audio("time,f\n0:01,1\n0:02,2\n")
    assert "audio" not in sample.times
    assert "time is left out: write times as seconds" in told(sample)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "7", "B"]), min_size=4, max_size=20),
    st.booleans(),
)
def test_people_are_kept_apart(who, with_times):
    steps = np.arange(len(who)) + 1.0
    lines = ["person_id,time,f" if with_times else "person_id,f"]
    for name, step in zip(who, steps, strict=True):
        lines.append(f"{name},{step / 10},{step}" if with_times else f"{name},{step}")
    sample = read_audio("\n".join(lines))
    expected = sorted([steps[np.array(who) == one].tolist() for one in set(who)])
    others = [x for name, x in sample.modalities.items() if name != "text"]
    assert sorted(x[:, 0].tolist() for x in others) == expected
    most = max(map(len, expected))
    assert len(sample.modalities["audio"]) == most
    if with_times:
        for name, x in sample.modalities.items():
            if name != "text":
                times = sample.times[name][:, 0]
                np.testing.assert_allclose(times, x[:, 0] / 10, rtol=1e-6)
    assert ("people apart" in told(sample)) == (len(set(who)) > 1)


def test_of_many_people_those_with_most_rows_are_read():
    who = [f"p{n}" for n in range(30) for _ in range(1 + n % 10)]
    lines = ["subject,f", *(f"{one},{n + 1}" for n, one in enumerate(who))]
    sample = read_sequences({"video.csv": "\n".join(lines).encode()})
    assert len(sample.names) == 8
    assert len(sample.modalities["video"]) == 10
    assert "tells 30 people apart, of whom 8 are" in told(sample)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('a\tb\n"1,234.5"\t2\n0.5\t3\n', [[1234.5, 2], [0.5, 3]]),
        ('a,b\n"1,234.5",2\n0.5,3\n', [[1234.5, 2], [0.5, 3]]),
        ("a;b\n1.234,5;2\n0,5;3\n", [[1234.5, 2], [0.5, 3]]),
        ("a b\n1,5 2\n0,5 3\n", [[1.5, 2], [0.5, 3]]),
        ("# made by a program\n# a,b\n1.5,2\n0.5,3\n", [[1.5, 2], [0.5, 3]]),
        ("# made by, a program\n1.5,2\n0.5,3\n# end\n", [[1.5, 2], [0.5, 3]]),
        ("Pitch value\n1\n2\n", [[1], [2]]),
        ('"sep=;"\r\na;b\r\n1,5;2\r\n', [[1.5, 2]]),
    ],
)
def test_odd_ways_of_writing(data, expected):
    np.testing.assert_array_equal(read_audio(data).modalities["audio"], expected)
