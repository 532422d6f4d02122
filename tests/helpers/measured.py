"""What tasks measure, in as many processes as there are.

python -m tests.helpers.measured FOLDER
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch
from accelerate import PartialState

from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import load_sentiment
from fusionviz.models.mango import Mango
from fusionviz.training.measure import measure_estimates
from fusionviz.training.processes import Processes
from fusionviz.training.tasks import make_task
from tests.helpers.tiny_models import TINY_MANGO, tiny_sentiment

ROOMS, UTTERANCES, DISTANCES = 19, 21, 14
"""Odd, so that shares differ; A-distances are of more than half of the utterances."""


def cases():
    """Return tasks with models and samples, the same in every process."""
    torch.manual_seed(0)
    mango = Mango(replace(TINY_MANGO, classes=13))
    mango.flow.initialise(mango.encode([render_room(n, (16, 16)) for n in (7, 8)]))
    rooms = [render_room(seed, (16, 16)) for seed in range(ROOMS)]
    utterances = load_sentiment("test", count=UTTERANCES)
    return {
        "mango": (mango, make_task("mango-flow", {"noise": 0.1}), rooms),
        "sentiment": (
            tiny_sentiment(),
            make_task("alignmamba-sequence", {"distances": DISTANCES}),
            utterances,
        ),
    }


def measure_all(processes):
    """Return every figure with its interval, by case and by name."""
    return {
        name: {
            metric: one.to_table()
            for metric, one in measure_estimates(
                *case, torch.device("cpu"), resamples=20, processes=processes
            ).items()
        }
        for name, case in cases().items()
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    torch.set_num_threads(1)
    state = PartialState(cpu=True)
    processes = Processes.of(state)
    found = measure_all(processes)
    (folder / f"{processes.number}.json").write_text(json.dumps(found))
    state.destroy_process_group()


if __name__ == "__main__":
    main()
