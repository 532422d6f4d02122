"""Run a benchmark: `python -m benchmarks NAME` prints its report as one JSON object."""

import sys

from fusionviz.cli.benchmark import Run, tell


def find(name: str) -> Run:
    """Return what measures, by the name of its file.

    Only its file is imported: some need packages that others do without.

    Raises:
        SystemExit: There is no benchmark of this name.
    """
    match name:
        case "bandwidth_slider":
            from benchmarks import bandwidth_slider

            return bandwidth_slider.run
        case "batch":
            from benchmarks import batch

            return batch.run
        case "busy":
            from benchmarks import busy

            return busy.run
        case "completion":
            from benchmarks import completion

            return completion.run
        case "correspondence":
            from benchmarks import correspondence

            return correspondence.run
        case "epsilon_slider":
            from benchmarks import epsilon_slider

            return epsilon_slider.run
        case "exactness":
            from benchmarks import exactness

            return exactness.run
        case "first_paint":
            from benchmarks import first_paint

            return first_paint.run
        case "flow":
            from benchmarks import flow

            return flow.run
        case "gpu":
            from benchmarks import gpu

            return gpu.run
        case "ica_inverse":
            from benchmarks import ica_inverse

            return ica_inverse.run
        case "latents":
            from benchmarks import latents

            return latents.run
        case "mmd":
            from benchmarks import mmd

            return mmd.run
        case "mosi_folds":
            from benchmarks import mosi_folds

            return mosi_folds.run
        case "rooms":
            from benchmarks import rooms

            return rooms.run
        case "scaling":
            from benchmarks import scaling

            return scaling.run
        case "scan":
            from benchmarks import scan

            return scan.run
        case "sinkhorn":
            from benchmarks import sinkhorn

            return sinkhorn.run
        case "training_start":
            from benchmarks import training_start

            return training_start.run
        case _:
            raise SystemExit(f"there is no benchmark {name!r}")


if __name__ == "__main__":
    tell(find(sys.argv[1]))
