"""A generated utterance as the files that a reader could bring."""

import csv
import io
import zipfile
from typing import Any

import numpy as np

from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance

EXAMPLE_SEED = 7


def example_file() -> bytes:
    """Return a small NPZ with everything in it: generated utterance `EXAMPLE_SEED`.

    Models on generated utterances read its 40, 32 and 24 features.
    """
    sample = render_utterance(EXAMPLE_SEED)
    arrays: dict[str, Any] = {"words": np.array(sample.words), "target": sample.target}
    arrays |= sample.modalities
    arrays |= {f"{name}_times": times for name, times in sample.times.items()}
    arrays |= {f"{name}_alignment": at for name, at in sample.alignment.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def example_tables() -> bytes:
    """Return the same as a ZIP of a CSV for each modality."""
    sample = render_utterance(EXAMPLE_SEED)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sample.names:
            archive.writestr(f"{name}.csv", _as_table(sample, name))
    return buffer.getvalue()


def _as_table(sample: SequenceSample, name: str) -> str:
    """Return a modality as CSV; numbers are written so that none changes."""
    columns: dict[str, Any] = {
        "start": sample.times[name][:, 0],
        "end": sample.times[name][:, 1],
    }
    if name == sample.anchor:
        columns["word"] = sample.words
    else:
        columns["true"] = sample.alignment[name]
    features = sample.modalities[name].T
    columns |= {f"f{n + 1}": feature for n, feature in enumerate(features)}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()
