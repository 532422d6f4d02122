"""The command line: `python -m fusionviz`.

What a command needs is imported when it runs, so that `--help` is quick. What goes
wrong on purpose becomes one sentence on stderr and exit code 2.
"""

import typer

from fusionviz.cli.app import start_app, warm
from fusionviz.cli.arrays import arrays
from fusionviz.cli.batch import batch
from fusionviz.cli.benchmark import benchmark
from fusionviz.cli.data import data_app
from fusionviz.cli.evaluate import evaluate, measure
from fusionviz.cli.explain import explain
from fusionviz.cli.inside import heads, latents, limits
from fusionviz.cli.lessons import lessons_app
from fusionviz.cli.likeness import likeness
from fusionviz.cli.robustness import robustness
from fusionviz.cli.serve import serve_models
from fusionviz.cli.train import ablate, train

app = typer.Typer(
    help="See inside two multimodal-fusion models, on your own data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(data_app, name="data")
app.add_typer(lessons_app, name="lessons")
app.command("app")(start_app)
for command in (
    explain,
    batch,
    arrays,
    train,
    evaluate,
    likeness,
    robustness,
    benchmark,
    ablate,
    heads,
    latents,
    limits,
    measure,
    serve_models,
    warm,
):
    app.command()(command)

__all__ = ["app"]
