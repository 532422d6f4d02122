"""What `python -m fusionviz explain` does."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.files.npz import DAMAGED
from fusionviz.data.records import RGBDSample
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError, one_line
from fusionviz.exhibits.kinds import KINDS, exhibit_kind
from fusionviz.exhibits.shared.exhibit import FigureRecipe, Reads, SubjectName
from fusionviz.explain.arrays import PRINT as ARRAYS
from fusionviz.explain.arrays import (
    array_requests,
    arrays_subject,
    name_arrays,
    part_of,
)
from fusionviz.explain.films import (
    load_film_subject,
    name_film,
    read_film,
    read_named_film,
)
from fusionviz.explain.live import LIVE
from fusionviz.explain.live_figures import live_again, live_requests
from fusionviz.explain.pairs import (
    check_weights,
    load_alignmamba_subject,
    load_pair_subject,
    load_subject,
    load_translation,
    read_beside,
    read_file,
    read_room,
    translates,
)
from fusionviz.explain.readers import PairReaders, pick_readers, requests_of
from fusionviz.explain.robustness import (
    failure_subject_of,
    fellows_of,
    find_report,
    load_failure_subject,
    name_report,
)
from fusionviz.explain.runs import read_named_runs, read_runs, scaling_subject
from fusionviz.explain.source import FigureSource
from fusionviz.explain.tokens import (
    load_sequence_subject,
    name_sequences,
    name_utterance,
    name_video,
    read_named,
    readers_of,
)
from fusionviz.explain.typed import name_typed
from fusionviz.explain.writing import FigureRequest, explain
from fusionviz.models.checkpoints import read_card
from fusionviz.training.robustness.report import read_report, recorded_report

Tell = Callable[[str], None]


def run_explain(
    out: Path,
    source: FigureSource,
    recipe: Path | None,
    tell: Tell,
    only: Sequence[str] = (),
) -> None:
    """Write all exhibits of a sample, or the one that a recipe is of.

    Args:
        out: Folder to write to.
        source: What they are of.
        recipe: A recipe's JSON, or an NPZ that holds one.
        tell: Told what happens, a line each.
        only: Names of exhibits, where not all are wanted.

    Raises:
        InputError: What was asked for cannot be made.
    """
    _check_names(only)
    tell("reading what the figures are of, and loading the models that they ask")
    if recipe is not None:
        requests = [_made_again(read_recipe(recipe), source)]
    elif source.runs:
        requests = _all_of(*scaling_subject(read_runs(source.runs)), "scaling")
    elif source.arrays is not None:
        requests = _of_arrays(source.arrays)
    elif source.adapter is not None:
        requests = live_requests(source, source.adapter)
    elif source.is_film:
        requests = _of_film(source)
    elif source.is_sequences:
        requests = _of_sequences(source)
    elif source.robustness is not None and not source.is_pair:
        report = read_report(source.robustness)
        requests = _all_of(report, name_report(report), "robustness")
    else:
        requests = _of_pair(source, tell)
    made = explain(out, _those(requests, only), tell)
    figures = "1 figure" if len(made) == 1 else f"{len(made)} figures"
    tell(f"wrote {figures} to {out}: open {out / 'index.html'}")


def _check_names(only: Sequence[str]) -> None:
    """Refuse names that no exhibit has, before anything is loaded for them.

    Raises:
        InputError: There are such; says which there are.
    """
    known = [kind.name for kind in KINDS]
    unknown = [name for name in only if name not in known]
    if unknown:
        raise InputError(
            f"there is no {' and no '.join(unknown)}; there are: {', '.join(known)}"
        )


def _those(requests: list[FigureRequest], only: Sequence[str]) -> list[FigureRequest]:
    """Return the requests of some exhibits, all of them where none is named."""
    names = [one.recipe.exhibit for one in requests]
    unknown = [name for name in only if name not in names]
    if unknown:
        raise InputError(
            f"there is no {' and no '.join(unknown)} of this; there are: "
            f"{', '.join(dict.fromkeys(names))}"
        )
    return [one for one in requests if not only or one.recipe.exhibit in only]


def _of_pair(source: FigureSource, tell: Tell) -> list[FigureRequest]:
    sample, named = source.read_pair()
    return pair_requests(sample, named, source, tell)


def pair_requests(
    sample: RGBDSample, named: dict[str, Any], source: FigureSource, tell: Tell
) -> list[FigureRequest]:
    """Return the figures of a pair as the pages open them; of a translation, its own.

    Args:
        sample: RGB, depth or both.
        named: What names it in recipes.
        source: Which checkpoints read it, and where.
        tell: Told what cannot be made.

    Raises:
        CheckpointError: One that was named is not there.
    """
    if source.checkpoint is not None and translates(source.checkpoint):
        found = load_translation(sample, named, source.checkpoint, device=source.device)
        return _all_of(*found, "translation")
    is_room = "room" in named
    mango, aligned = pick_readers(
        source.checkpoint, source.alignmamba, is_room=is_room, tell=tell
    )
    readers = PairReaders(
        mango, aligned, other_room=source.other_room, device=source.device
    )
    requests = readers.requests(sample, named)
    if aligned is None:
        return requests
    fellows = (card.name for card in fellows_of(read_card(aligned), sample))
    names = (aligned, *fellows, mango)
    return requests + _of_failures(sample, named, names, source)


def _of_film(source: FigureSource) -> list[FigureRequest]:
    poster = None if source.poster is None else read_file(source.poster)
    film, named = read_film(poster, source.plot), name_film(poster, source.plot)
    subject, name = load_film_subject(
        film, named, source.checkpoint, device=source.device
    )
    return _all_of(subject, name, "film")


def _of_sequences(source: FigureSource) -> list[FigureRequest]:
    sample, named = _read_sequences(source)
    return sequence_requests(sample, named, source)


def sequence_requests(
    sample: SequenceSample, named: dict[str, Any], source: FigureSource
) -> list[FigureRequest]:
    """Return the figures of sequences as the pages open them; as `pair_requests`."""
    reader = source.alignmamba
    if reader is None:
        reader = next((card.name for card in readers_of(sample)), None)
    subject, name = load_sequence_subject(sample, named, reader, device=source.device)
    if reader is None:
        return _all_of(subject, name, "tokens")
    requests = _all_of(subject, name, "alignmamba", "tokens")
    fellows = (card.name for card in fellows_of(read_card(reader), sample))
    return requests + _of_failures(sample, named, (reader, *fellows), source)


def _of_arrays(path: Path) -> list[FigureRequest]:
    """Return what arrays light up."""
    data = read_file(path)
    return array_requests(arrays_subject(data, path.name), name_arrays(data))


def _of_failures(
    sample: RGBDSample | SequenceSample,
    named: dict[str, Any],
    checkpoints: Sequence[str],
    source: FigureSource,
) -> list[FigureRequest]:
    """Return what is lost when modalities fail, on a sample and as it was recorded."""
    requests = []
    found = failure_subject_of(checkpoints, sample, named, device=source.device)
    if found is not None:
        requests += _all_of(*found, "failures")
    if source.robustness is not None:
        report = read_report(source.robustness)
    else:
        data = read_card(checkpoints[0]).recipe.get("data", {}).get("set", "")
        recorded = recorded_report(data)
        if recorded is None:
            return requests
        report = recorded
    return requests + _all_of(report, name_report(report), "robustness")


def _made_again(recipe: FigureRecipe, source: FigureSource) -> FigureRequest:
    """Return the figure of a recipe with what it names."""
    name, reads = recipe.subject, exhibit_kind(recipe.exhibit).reads
    if ARRAYS in name.sample:
        return _arrays_again(recipe, source)
    if LIVE in name.sample:
        return live_again(recipe, source)
    if reads == "attention":
        raise InputError("this recipe is of attention without a model: use the app")
    if reads == "scaling":
        subject, _ = scaling_subject(read_named_runs(name.sample, source.runs))
        return FigureRequest(recipe=recipe, subject=subject)
    if reads == "robustness":
        report = find_report(name.sample, source.robustness)
        return FigureRequest(recipe=recipe, subject=report)
    check_weights(name)
    if reads == "film":
        named = dict(name.sample)
        film = read_named_film(named, source.poster)
        found, _ = load_film_subject(film, named, name.checkpoint, device=source.device)
        return FigureRequest(recipe=recipe, subject=found)
    source = source.of(name.sample)
    if reads == "failures":
        return _failures_again(recipe, source)
    if "sequences_sha256" in name.sample or source.is_sequences:
        sample = read_named(name.sample, source.files)
        shown_as_tokens, _ = load_sequence_subject(
            sample, dict(name.sample), name.checkpoint, device=source.device
        )
        return FigureRequest(recipe=recipe, subject=shown_as_tokens)
    pair, named = source.read_pair()
    if named == name.sample and reads == "pair":
        both = load_pair_subject(pair, name, device=source.device)
        return FigureRequest(recipe=recipe, subject=both)
    if named != name.sample or name.checkpoint is None:
        raise InputError("these are not the files that the recipe was made of")
    if reads == "translation":
        read, _ = load_translation(pair, named, name.checkpoint, device=source.device)
        return FigureRequest(recipe=recipe, subject=read)
    if reads != "mango":
        shown, _ = load_alignmamba_subject(
            pair, named, name.checkpoint, device=source.device
        )
        return FigureRequest(recipe=recipe, subject=shown)
    shown_by_mango, _ = load_subject(pair, named, name.checkpoint, device=source.device)
    if recipe.other is None:
        return FigureRequest(recipe=recipe, subject=shown_by_mango)
    other = _load_other(recipe.other, beside=shown_by_mango, name=name, source=source)
    return FigureRequest(recipe=recipe, subject=shown_by_mango, other=other)


def _arrays_again(recipe: FigureRecipe, source: FigureSource) -> FigureRequest:
    """Return the figure of a recipe of a model's arrays."""
    if source.arrays is None:
        raise InputError("this recipe is of a file of arrays: name it by --arrays")
    data = read_file(source.arrays)
    if name_arrays(data) != recipe.subject:
        raise InputError("these are not the arrays that the recipe was made of")
    subject = arrays_subject(data, source.arrays.name)
    reads = exhibit_kind(recipe.exhibit).reads
    return FigureRequest(recipe=recipe, subject=part_of(subject, reads))


def _failures_again(recipe: FigureRecipe, source: FigureSource) -> FigureRequest:
    """Return the figure of a recipe of a sample that several models read."""
    name = recipe.subject
    if source.is_sequences:
        sample: RGBDSample | SequenceSample = read_named(name.sample, source.files)
    else:
        sample, named = source.read_pair()
        if named != name.sample:
            raise InputError("these are not the files that the recipe was made of")
    subject = load_failure_subject(name, sample, device=source.device)
    return FigureRequest(recipe=recipe, subject=subject)


def _load_other(
    named: SubjectName,
    *,
    beside: MangoSubject,
    name: SubjectName,
    source: FigureSource,
) -> MangoSubject:
    """Return what a recipe compares with, which may have a checkpoint of its own.

    Where it has not, both are read by one model: some exhibits need that.
    """
    if "room" not in named.sample or named.checkpoint is None:
        raise InputError("what this recipe compares with is a file, not a room")
    check_weights(named)
    if named.checkpoint == name.checkpoint:
        return read_beside(beside, name, named.sample["room"])[0]
    return load_subject(
        read_room(named.sample),
        dict(named.sample),
        named.checkpoint,
        device=source.device,
    )[0]


def _read_sequences(source: FigureSource) -> tuple[SequenceSample, dict[str, Any]]:
    files = source.files
    if source.utterance is not None:
        named = name_utterance(source.utterance)
    elif source.video is not None:
        named = name_video(source.video)
    elif source.text is not None:
        brought = name_sequences(files) if files else None
        how = source.how or ("file" if files else "alone")
        named = name_typed(source.text, how, brought)
    else:
        named = name_sequences(files)
    return read_named(named, files), named


def _all_of(
    subject: Any,  # noqa: ANN401 - of what the kinds read
    name: SubjectName,
    *reads: Reads,
) -> list[FigureRequest]:
    return requests_of(subject, name, [kind for kind in KINDS if kind.reads in reads])


def read_recipe(path: Path) -> FigureRecipe:
    """Return the recipe of a JSON file or of an NPZ that was exported with one.

    Raises:
        InputError: There is none in it.
    """
    try:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as file:
                return FigureRecipe.from_json(str(file["recipe"]))
        text = path.read_text(encoding="utf-8")
        table = json.loads(text)
        if isinstance(table, dict) and "recipe" in table:  # what `explain` wrote
            text = json.dumps(table["recipe"])
        return FigureRecipe.from_json(text)
    except (OSError, *DAMAGED) as error:
        raise InputError(f"{path} holds no recipe: {one_line(error)}") from error
