"""Threads that have nothing to do sleep, so that a busy machine is not brought down."""

import os
import subprocess
import sys

import pytest

SAY_WHEN_TORCH_COMES = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            print(os.environ.get("OMP_WAIT_POLICY"))
            sys.meta_path.remove(self)
sys.meta_path.insert(0, Watch())
import fusionviz.models.checkpoints
"""


@pytest.mark.parametrize(("asked", "policy"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_the_policy_is_set_before_torch_is_imported_unless_somebody_did(asked, policy):
    environment = {k: v for k, v in os.environ.items() if k != "OMP_WAIT_POLICY"}
    if asked is not None:
        environment["OMP_WAIT_POLICY"] = asked
    done = subprocess.run(
        [sys.executable, "-c", SAY_WHEN_TORCH_COMES],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == [policy]
