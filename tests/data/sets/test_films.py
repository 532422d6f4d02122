"""Films: MM-IMDB as its authors' files are, and the like set."""

import json

import cv2
import numpy as np
import pytest

from fusionviz.data.folders import data_folder
from fusionviz.data.records import PosterSample
from fusionviz.data.sets.films import MM_IMDB_GENRES, MOVIES_GENRES
from fusionviz.data.sets.registry import class_names, load_folder, load_set
from fusionviz.errors import InputError

POSTER = np.full((12, 8, 3), (10, 20, 200), np.uint8)  # blue, green, red


@pytest.fixture
def mm_imdb(tmp_path):
    folder = tmp_path / "dataset"
    folder.mkdir()
    films = {
        "0000001": {"plot": ["Short.", "A longer tale."], "genres": ["Drama", "War"]},
        "0000002": {"plot outline": "Told::who wrote it", "genres": ["Adult", "Short"]},
        "0000003": {"plot": [], "genres": ["Film-Noir"]},
    }
    for name, film in films.items():
        (folder / f"{name}.json").write_text(json.dumps(film))
        if name != "0000002":
            cv2.imwrite(str(folder / f"{name}.jpeg"), POSTER)
    split = {"train": ["0000001"], "dev": ["0000002"], "test": ["0000003"]}
    (tmp_path / "split.json").write_text(json.dumps(split))
    return tmp_path


def test_mm_imdb_is_read(mm_imdb):
    first, second, third = (
        load_set("mm-imdb", split, folder=str(mm_imdb))[0]
        for split in ("train", "validation", "test")
    )
    assert first.plot == "A longer tale."
    assert first.modalities == ("poster", "plot")
    assert abs(first.rgb[5, 4].astype(int) - [200, 20, 10]).max() <= 6
    named = {name for name, of in zip(MM_IMDB_GENRES, first.genres, strict=True) if of}
    assert named == {"Drama", "War"}
    assert (second.plot, second.modalities) == ("Told", ("plot",))
    assert second.genres.sum() == 1
    assert third.modalities == ("poster",)
    assert len(class_names("mm-imdb")) == 23


def test_a_folder_of_films_is_known_by_its_files(mm_imdb):
    (film,) = load_folder(mm_imdb)
    assert film.id == "0000003"  # the test split
    (mm_imdb / "split.json").rename(mm_imdb / "other.json")
    with pytest.raises(InputError, match="films"):
        load_folder(mm_imdb)


@pytest.fixture
def movies(tmp_path):
    (tmp_path / "poster").mkdir()
    rows = []
    for index in range(20):
        name = f"poster/{index:05d}.jpg"
        cv2.imwrite(str(tmp_path / name), POSTER)
        rows.append(
            {
                "poster": name,
                "title": f"Film {index}",
                "year": 2000,
                "plot": f"It happens {index} times.",
                "genres": ["Comedy", "War"],
            }
        )
    (tmp_path / "movies.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


def test_films_are_divided_once_and_for_all(movies):
    parts = {
        split: [one.id for one in load_set("movies", split, folder=str(movies))]
        for split in ("train", "validation", "test")
    }
    assert {split: len(names) for split, names in parts.items()} == {
        "train": 14,
        "validation": 2,
        "test": 4,
    }
    assert len(set(sum(parts.values(), []))) == 20
    film = load_set("movies", "test", folder=str(movies))[0]
    assert film.id == "Film 2 (2000)"
    assert film.genres.tolist() == [name == "Comedy" for name in MOVIES_GENRES]


@pytest.mark.parametrize(
    ("split_json", "word"),
    [
        ('{"train": ["1"], "dev": ["2"]}', "test"),
        ('{"train": ["1"], "dev": ["2"], "test": ["1"]}', "1"),
        ("[]", "object"),
        ("{", "JSON"),
    ],
)
def test_a_division_that_is_none_is_said(mm_imdb, split_json, word):
    (mm_imdb / "split.json").write_text(split_json)
    with pytest.raises(InputError, match=word):
        load_set("mm-imdb", "train", folder=str(mm_imdb))


def test_a_folder_of_movies_gives_those_to_test_on(movies):
    found = [film.id for film in load_folder(movies)]
    assert found == [film.id for film in load_set("movies", "test", folder=movies)]
    assert len(found) == 4


def test_films_that_are_damaged_or_missing_are_said(mm_imdb, movies):
    (mm_imdb / "dataset" / "0000001.json").write_text("no")
    with pytest.raises(InputError, match="0000001"):
        load_set("mm-imdb", "train", folder=str(mm_imdb))[0]
    (movies / "poster" / "00002.jpg").unlink()
    with pytest.raises(InputError, match="00002"):
        load_set("movies", "test", folder=str(movies))[0]
    (movies / "movies.jsonl").write_text('{"plot": "x"}')
    with pytest.raises(InputError, match="line 1"):
        load_set("movies", "train", folder=str(movies))


def test_a_sample_needs_something():
    with pytest.raises(ValueError, match="neither"):
        PosterSample(rgb=None, plot=None)


@pytest.mark.skipif(
    not (data_folder() / "movies").is_dir(), reason="the films are not here"
)
def test_the_films_of_the_data_folder_are_read():
    counts = [len(load_set("movies", split)) for split in ("train", "test")]
    assert counts == [2467, 705]
    film = load_set("movies", "train")[0]
    assert film.id == "The Rebound (2009)"
    assert film.rgb.shape[1:] == (96, 3)
