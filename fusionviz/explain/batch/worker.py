"""A process that makes shards: `python -m fusionviz.explain.batch.worker ORDER`.

It reads numbers of shards from its input, one a line, and answers by lines of JSON:
`{"ready": true}` when the models are loaded, `{"pair": N}` and `{"shard": N}` when one
is done, `{"error": "..."}` where it cannot go on. Without its parent it ends.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from fusionviz.errors import FusionvizError
from fusionviz.explain.batch.making import ShardMaker
from fusionviz.scaling.child import end_with


def main(order: str) -> int:
    """Make the shards that are asked for; return the exit code."""
    table: dict[str, Any] = json.loads(order)
    parent = table["parent"] or os.getppid()
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    answers, sys.stdout = sys.stdout, sys.stderr  # what else prints is no answer

    def say(**answer: object) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        maker = ShardMaker(
            Path(table["folder"]), table["run"], table["device"], table["threads"]
        )
        say(ready=True)
        for line in sys.stdin:
            maker.make(int(line), lambda index: say(pair=index))
            say(shard=int(line))
    except (FusionvizError, OSError) as error:
        say(error=str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
