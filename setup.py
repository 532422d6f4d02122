"""What pyproject.toml cannot say: a wheel has the project's files within the package.

Pages, weights, benchmarks and recorded results lie beside the package in a clone. In a
wheel they are in `fusionviz/_project`, so that an installed app needs no clone (see
`fusionviz.places`).
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FILES = (
    "app.py",
    "pages/*.py",
    ".streamlit/config.toml",
    "checkpoints/**/*",
    "benchmarks/**/*.py",
    "benchmarks/results/*.json",
)


class BuildWithProject(build_py):
    """Copies the project's files into the package that is built."""

    def run(self) -> None:
        """Build the package, and put the files into it."""
        super().run()
        if self.editable_mode:  # it runs from the clone
            return
        root = Path(__file__).parent
        target = Path(self.build_lib) / "fusionviz" / "_project"
        shutil.rmtree(target, ignore_errors=True)
        for pattern in FILES:
            for path in sorted(root.glob(pattern)):
                if path.is_file() and "__pycache__" not in path.parts:
                    place = target / path.relative_to(root)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, place)


setup(cmdclass={"build_py": BuildWithProject})
