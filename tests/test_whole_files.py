"""What is read once of a file is read again when the file has changed, only then."""

import os

import pytest

from fusionviz.whole_files import read_once, replace_file


@pytest.fixture
def words():
    """Return a reader of words, and how often it read."""
    looks = []

    @read_once(most=2)
    def read(path):
        looks.append(path.name)
        return path.read_text().split()

    return read, looks


def test_a_file_is_read_again_when_it_has_changed_and_only_then(words, tmp_path):
    read, looks = words
    path = tmp_path / "a.txt"
    path.write_text("one two")
    first = read(path)
    assert read(path) is first
    assert looks == ["a.txt"]
    replace_file(path, "six ten")  # of the same size
    assert read(path) == ["six", "ten"]
    path.write_text("written over in place")
    assert len(read(path)) == 4
    assert len(looks) == 3


def test_so_many_are_kept(words, tmp_path):
    read, looks = words
    for name in "abc":
        (tmp_path / name).write_text(name)
        read(tmp_path / name)
    read(tmp_path / "c")
    read(tmp_path / "a")
    assert looks == ["a", "b", "c", "a"]


def test_what_is_not_there_is_said_by_the_reader_each_time(words, tmp_path):
    read, looks = words
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "nowhere")
    assert len(looks) == 2
    (tmp_path / "nowhere").write_text("now")
    assert read(tmp_path / "nowhere") == ["now"]


def test_links_follow_what_they_lead_to(words, tmp_path):
    read, _ = words
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "one")
    assert read(link) == ["one"]
    link.unlink()
    link.symlink_to(tmp_path / "two")
    os.utime(tmp_path / "two", ns=(1, 1))
    assert read(link) == ["two"]
