"""Ray on this computer, started for one command and ended with it."""

import logging
import os

from fusionviz.places import python_path


def start_ray(processors: int) -> None:
    """Start a Ray of this computer, which reports to nobody.

    Its processes listen on ports of all addresses, and do what they are told there:
    they ask for a token, which Ray keeps in the home folder and is on unless
    `RAY_AUTH_MODE` says otherwise.

    Args:
        processors: How many it may hand out.
    """
    import ray

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ["PYTHONPATH"] = python_path()
    ray.init(
        address="local",
        num_cpus=processors,
        include_dashboard=False,
        logging_level=logging.WARNING,
        log_to_driver=False,
    )
