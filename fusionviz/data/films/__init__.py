"""Films that come with the project: drawn and told for it."""

from fusionviz.data.films.examples import EXAMPLES, example_film

__all__ = ["EXAMPLES", "example_film"]
