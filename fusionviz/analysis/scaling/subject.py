"""The subject of the Scaling page: runs of one machine or of several."""

from dataclasses import dataclass

from fusionviz.errors import InputError
from fusionviz.scaling.runs import ScalingRun

NO_RUN = (
    "There is no recorded run yet: `python -m benchmarks.scaling` records one, and "
    "the tab “Live on this machine” measures some cells now."
)


@dataclass(frozen=True, kw_only=True, eq=False)
class ScalingSubject:
    """What cells took.

    Attributes:
        runs: The first is looked at, the others stand beside it; there may be none.
    """

    runs: tuple[ScalingRun, ...]

    @property
    def run(self) -> ScalingRun:
        """The run that is looked at.

        Raises:
            InputError: There is none.
        """
        if not self.runs:
            raise InputError(NO_RUN)
        return self.runs[0]
