"""What can be set on a viewer of attention arrays: layer, head, row, order.

Two pages have such viewers. Each has a prefix for its values in the address, and the
key of its chart, whose clicks choose the row.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from fusionviz.analysis.shared.attention.alignmamba import hidden_stack
from fusionviz.analysis.shared.attention.stack import (
    MEAN,
    AttentionStack,
    default_query,
)
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.exhibits.shared.block_row import BLOCK_ROW
from fusionviz.exhibits.shared.stacks import HIDDEN, HiddenControls
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import choose_item, choose_number, choose_switch
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.share import publish, recall, recall_word, seat
from fusionviz.ui.shared.subjects import SubjectChoice
from fusionviz.views.shared.stacks.view import Order

ORDERS: tuple[Order, ...] = ("modality", "sequence")

MOST_NAMED = 1024
"""Rows that are offered by name: the browser gets them all."""


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A place on a page where attention arrays are looked at.

    Attributes:
        prefix: Of its values in the address.
        chart: Key of its chart.
        order: Of tokens along the matrix, until the reader sets another.
        opens_last: Whether it begins with the last layer, not with the first.
    """

    prefix: str
    chart: str
    order: Order = "modality"
    opens_last: bool = False

    def choose_hidden(self, choice: SubjectChoice[AlignMambaSubject]) -> HiddenControls:
        """Draw what can be set of an AlignMamba's hidden attention, and return it."""
        channel = choose_number(
            "Channel",
            f"{self.prefix}_channel",
            default=0,
            last=choice.subject.channels,
            width=88,
            help="0 sums over all channels of the layer's scan.",
        )
        key = f"{self.prefix}_skip"
        skip = bool(recall(key, 0, low=0, high=1))
        stack = hidden_of(choice.key, channel - 1, skip, choice.subject)
        view = self.choose_view(stack)
        choose_switch(
            "Skip D", key, help="Add the scan's direct path D to the diagonal."
        )
        return HiddenControls(**view, channel=channel - 1, skip=skip)

    def show_hidden(
        self, choice: SubjectChoice[AlignMambaSubject], controls: HiddenControls
    ) -> None:
        """Show hidden attention, and if wanted its row beside the whole block's."""
        show_exhibit(HIDDEN, choice, controls, key=self.chart, select=("points",))
        is_wanted = choose_switch(
            "Whole block",
            f"{self.prefix}_block",
            help="Hidden attention is the scan's. Show this row beside the Jacobian of "
            "the whole Mamba block, with its convolution and gate; takes some seconds.",
        )
        if is_wanted:
            with st.spinner("The block is asked what each token does to this one …"):
                key = f"{self.chart}_block"
                show_exhibit(BLOCK_ROW, choice, controls, key=key)

    def choose_view(
        self, stack: AttentionStack, order: Order | None = None
    ) -> dict[str, Any]:
        """Draw the choice of layer, head, row and order, and return it as controls.

        Args:
            stack: What is looked at.
            order: Until the reader sets another; None: the viewer's.
        """
        layer = choose_item(
            "Layer",
            f"{self.prefix}_layer",
            stack.layers,
            default=len(stack.layers) - 1 if self.opens_last else 0,
            width=134,
        )
        has_mean = stack.has_mean and len(stack.heads) > 1
        head = choose_item(
            stack.head_word,
            f"{self.prefix}_head",
            ("mean of all", *stack.heads) if has_mean else stack.heads,
            default=int(has_mean),
            width=116,
        )
        self._read_click(stack)
        query = self._choose_row(stack)
        if len(stack.queries.modalities) * len(stack.keys.modalities) > 1:
            order = self._choose_order(order or self.order)
        return {
            "layer": layer,
            "head": (MEAN if head == 0 else head - 1) if has_mean else head,
            "query": query,
            "order": order or self.order,
        }

    def _choose_order(self, default: Order) -> Order:
        key, switch = f"{self.prefix}_order", f"{self.prefix}_sorted"
        order = recall_word(key, default, ORDERS)
        seat(switch, order == "modality")
        st.toggle(
            "Sort",
            key=switch,
            on_change=lambda: st.session_state.update(
                {key: "modality" if st.session_state[switch] else "sequence"}
            ),
            help="Put the tokens of each modality together along the matrix.",
        )
        publish(key, default)
        return st.session_state[key]

    def _choose_row(self, stack: AttentionStack) -> int:
        """Draw the choice of the row: by name where tokens have names, else number."""
        key, default = f"{self.prefix}_row", default_query(stack)
        if not stack.queries.labels or stack.queries.count > MOST_NAMED:
            return choose_number(
                "Row",
                key,
                default=default,
                last=stack.queries.count - 1,
                width=88,
                help="Which token asks. Or click a place of a picture, or a bar.",
            )
        return choose_item(
            "Row",
            key,
            [f"{place}: {name}" for place, name in enumerate(stack.queries.names)],
            default=default,
            width=190,
            help="Which token asks. Type to search, or click a bar.",
        )

    def _read_click(self, stack: AttentionStack) -> None:
        """Ask from the place or the bar that was clicked."""
        point = clicked(self.chart)
        if point is None:
            return
        row = f"{self.prefix}_row"
        if len(point) == 1:  # a bar: its key asks, where keys ask at all
            if stack.queries.count == stack.keys.count:
                st.session_state[row] = int(point[0])
            return
        modality, place = point
        tokens = stack.queries.tokens_of(modality)
        if place < len(tokens):
            st.session_state[row] = int(tokens[place])


@st.cache_resource(max_entries=8, show_spinner="AlignMamba shows its attention …")
def hidden_of(
    key: str, channel: int, skip: bool, _subject: AlignMambaSubject
) -> AttentionStack:
    """Return the hidden attention of a subject."""
    with cache.MODEL_WORK:
        return hidden_stack(_subject, channel, skip)
