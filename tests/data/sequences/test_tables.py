"""CSV files of one modality each."""

import numpy as np
import pytest

from fusionviz.data.sequences.files import read_sequences
from fusionviz.errors import InputError

TEXT = b"word,f1,f2\nso,1,2\nfar,3,4\n"


def read(name, data, **others):
    return read_sequences({name: data, "text.csv": TEXT, **others})


@pytest.mark.parametrize(
    ("name", "modality"),
    [
        ("video.csv", "video"),
        ("clip3_audio.csv", "audio"),
        ("video_3_audio.csv", "audio"),
        ("EEG.CSV", "eeg"),
        ("my gaze.tsv", "my_gaze"),
    ],
)
def test_a_file_is_named_after_its_modality(name, modality):
    assert set(read(name, b"1\n2\n").names) == {"text", modality}


@pytest.mark.parametrize(
    "data",
    [
        b"1,2.5\n3,4\n5,6\n",
        b"a,b\n1,2.5\n3,4\n5,6\n",
        b"a;b\n1;2,5\n3;4\n5;6\n",
        b"1;2.5\n3;4\n5;6",
        b"1\t2.5\n3\t4\n5\t6\n",
        b"\xef\xbb\xbfa,b\r\n\r\n1,2.5\r\n3,4\r\n\r\n5,6\r\n",
        "größe,b\n1,2.5\n3,4\n5,6\n".encode("latin-1"),
        "größe,b\n1,2.5\n3,4\n5,6\n".encode("utf-16"),
        b'"a","b"\n"1","2.5"\n 3 , 4 \n5,6\n',
        b"a,b,\n1,2.5,\n3,4,\n5,6,\n",
        b"0,1\n1,2.5\n3,4\n5,6\n",
        b",0,1\n0,1,2.5\n1,3,4\n2,5,6\n",
        b"frame,a,b\n1,1,2.5\n2,3,4\n3,5,6\n",
        b"1,2.5\r3,4\r5,6\r",
    ],
)
def test_one_table_in_many_ways(data):
    sample = read("audio.csv", data)
    np.testing.assert_array_equal(
        sample.modalities["audio"], np.float32([[1, 2.5], [3, 4], [5, 6]])
    )


def test_columns_say_more_of_a_step():
    sample = read(
        "audio.csv",
        b"start,end,f1,true\n0,0.5,7,0\n0.5,1,8,\n1,2,9,1\n",
        **{"text.csv": b"Time,Word,f1\n0,so,1\n1.5,far,3\n"},
    )
    np.testing.assert_array_equal(sample.modalities["audio"], [[7], [8], [9]])
    np.testing.assert_array_equal(sample.times["audio"], [[0, 0.5], [0.5, 1], [1, 2]])
    np.testing.assert_array_equal(sample.times["text"], [[0, 1.5], [1.5, 3]])
    np.testing.assert_array_equal(sample.alignment["audio"], [0, -1, 1])
    assert sample.words == ("so", "far")


def test_words_with_separators_stand_in_quotes():
    words = b'word;f1\n"so; so";1,5\n"""far""";2\n'
    sample = read("audio.csv", b"1\n", **{"text.csv": words})
    assert sample.words == ("so; so", '"far"')
    np.testing.assert_array_equal(sample.modalities["text"], [[1.5], [2]])


def test_missing_cells_are_zeros_and_told():
    sample = read("audio.csv", b"a,b\n1,\nNA,4\n5,nan\n")
    np.testing.assert_array_equal(sample.modalities["audio"], [[1, 0], [0, 4], [5, 0]])
    assert any("3 values of audio (50.00%)" in note for note in sample.notes)


def test_a_table_with_words_is_the_anchor_where_there_is_no_text():
    sample = read_sequences({"b.csv": TEXT, "audio.csv": b"1\n"})
    assert (sample.anchor, sample.words) == ("b", ("so", "far"))


def test_words_of_another_modality_are_left_out():
    sample = read("audio.csv", b"word,f1\noh,1\n")
    assert sample.words == ("so", "far")
    assert any("Words of audio are left out" in note for note in sample.notes)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b\n1,2\n3,x\n", "Line 3 of audio.csv has 'x' in column 2"),
        (b"\n\na,b\n1,2\n\n3,x\n", "Line 6 of audio.csv has 'x' in column 2"),
        (b"a,b\n1,2_5\n3,4\n", "Line 2 of audio.csv has '2_5' in column 2"),
        (b"1,2\nx,3\n", "Line 2 of audio.csv has 'x' in column 1"),
        (b"sep=;\na;b\n1;x\n2;3\n", "Line 3 of audio.csv has 'x' in column 2"),
        (b"name,kind\nso,far\n", "no features"),
        (b"a,b\n1,2\n3\n", "Line 3 of audio.csv has 1 cells where the first has 2"),
        (b"word,start\nso,1\n", "no features"),
        (b"a,b\n", "no rows of numbers"),
        (b"   \n\n", "is empty"),
        (b"a,b\n1,\0\n", "no text"),
        (b"a\n" + b'"' + b"1" * 200_000 + b'"', "no table from line"),
        (b",".join([b"1"] * 5000), "5000 columns"),
        (b",".join([b"1"] * 4100), "4100 features"),
        (b"a,b\nnan,\n", "nothing|no number"),
        (b"%PDF-1.7\n1,2\n", "is a PDF"),
    ],
)
def test_what_cannot_be_used_gets_one_sentence(data, said):
    with pytest.raises(InputError, match=said) as raised:
        read("audio.csv", data)
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)


def test_two_tables_of_one_modality_are_not_mixed():
    with pytest.raises(InputError, match="Two files have audio"):
        read("a_audio.csv", b"1\n", **{"b_audio.csv": b"2\n"})
