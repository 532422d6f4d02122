"""The plan on the pictures or on the time axis."""

from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.share import forget
from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.ui.transport import on_pictures, on_time


@panel
def draw_panel(choice: TokenChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    choice.subject.case()  # says so where a modality is missing
    if choice.subject.pictures is not None:
        forget(on_time.KEYS)
        on_pictures.draw_pictures(choice)
    else:
        forget(on_pictures.KEYS)
        on_time.draw_time(choice)
