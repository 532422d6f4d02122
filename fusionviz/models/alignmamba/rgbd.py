"""RGB-D pairs as AlignMamba reads them."""

from fusionviz.models.alignmamba.inputs import AlignMambaInputs
from fusionviz.models.inputs import ImageBatch


def rgbd_inputs(
    batch: ImageBatch, names: tuple[str, ...] = ("rgb", "depth")
) -> AlignMambaInputs:
    """Return a batch of RGB-D pairs for a model of modalities `rgb` and `depth`.

    Holes in depth come filled from their nearest measured pixel, so depth has one
    channel, and a model trained on complete depth can read a sensor's.

    Args:
        batch: From `fusionviz.models.inputs.to_batch`, of the model's image size.
        names: The modalities that the model has, for models of one alone.
    """
    return AlignMambaInputs(
        inputs={name: batch.features.get(name, batch[name]) for name in names},
        present={name: batch.present[name] for name in names},
    )
