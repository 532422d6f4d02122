"""What can be set on a viewer of attention arrays: layer, head, row, order.

Two pages have such viewers. Each has a prefix for its values in the address, and the
key of its chart, whose clicks choose the row.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from fusionviz.analysis.shared.attention_stack import (
    MEAN,
    AttentionStack,
    default_query,
)
from fusionviz.exhibits.attention.stacks import HiddenControls
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.place import clicked
from fusionviz.ui.shared.share import publish, recall, recall_word, seat
from fusionviz.ui.shared.stacks import hidden_of
from fusionviz.ui.shared.subjects import Shown
from fusionviz.views.shared.stack_view import Order

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
    """

    prefix: str
    chart: str
    order: Order = "modality"

    def choose_hidden(self, shown: Shown) -> HiddenControls:
        """Draw what can be set of an AlignMamba's hidden attention, and return it."""
        channel = self._choose_number(
            "Channel",
            "channel",
            default=0,
            last=shown.subject.channels,
            help="0 sums over all channels of the layer's scan.",
        )
        key, switch = f"{self.prefix}_skip", f"{self.prefix}_skip_on"
        skip = bool(recall(key, 0, low=0, high=1))
        stack = hidden_of(shown.key, channel - 1, skip, shown.subject)
        view = self.choose_view(stack)
        seat(switch, skip)
        st.toggle(
            "Skip D",
            key=switch,
            on_change=lambda: st.session_state.update(
                {key: int(st.session_state[switch])}
            ),
            help="Add the scan's direct path D to the diagonal.",
        )
        publish(key, 0)
        return HiddenControls(**view, channel=channel - 1, skip=skip)

    def show_hidden(self, shown: Shown, controls: HiddenControls) -> None:
        """Show hidden attention, and if wanted its row beside the whole block's."""
        show_exhibit(
            "attention-hidden", shown, controls, key=self.chart, select=("points",)
        )
        if self._wants_block():
            with st.spinner("The block is asked what each token does to this one …"):
                show_exhibit(
                    "attention-hidden-block",
                    shown,
                    controls,
                    key=f"{self.chart}_block",
                )

    def _wants_block(self) -> bool:
        key, switch = f"{self.prefix}_block", f"{self.prefix}_block_on"
        wanted = bool(recall(key, 0, low=0, high=1))
        st.session_state[switch] = wanted
        st.toggle(
            "Whole block",
            key=switch,
            on_change=lambda: st.session_state.update(
                {key: int(st.session_state[switch])}
            ),
            help="Hidden attention is the scan's. Show this row beside the Jacobian of "
            "the whole Mamba block, with its convolution and gate; takes some seconds.",
        )
        publish(key, 0)
        return wanted

    def choose_view(
        self, stack: AttentionStack, order: Order | None = None
    ) -> dict[str, Any]:
        """Draw the choice of layer, head, row and order, and return it as controls.

        Args:
            stack: What is looked at.
            order: Until the reader sets another; None: the viewer's.
        """
        layer = self._choose_name("Layer", "layer", stack.layers, first=0, width=134)
        has_mean = stack.has_mean and len(stack.heads) > 1
        heads = ("mean of all", *stack.heads) if has_mean else stack.heads
        head = self._choose_name(
            stack.head_word, "head", heads, first=int(has_mean), width=116
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
        default = default_query(stack)
        if not stack.queries.labels or stack.queries.count > MOST_NAMED:
            return self._choose_number(
                "Row",
                "row",
                default=default,
                last=stack.queries.count - 1,
                help="Which token asks. Or click a place of a picture, or a bar.",
            )
        key = f"{self.prefix}_row"
        recall(key, default, low=0, high=stack.queries.count - 1)
        names = stack.queries.names
        row = st.selectbox(
            "Row",
            range(stack.queries.count),
            format_func=lambda place: f"{place}: {names[place]}",
            key=key,
            width=190,
            help="Which token asks. Type to search, or click a bar.",
        )
        publish(key, default)
        return row

    def _choose_name(
        self, label: str, name: str, names: tuple[str, ...], *, first: int, width: int
    ) -> int:
        key = f"{self.prefix}_{name}"
        recall(key, first, low=0, high=len(names) - 1)
        chosen = st.selectbox(
            label,
            range(len(names)),
            format_func=names.__getitem__,
            key=key,
            width=width,
        )
        publish(key, first)
        return chosen

    def _choose_number(
        self, label: str, name: str, *, default: int, last: int, help: str
    ) -> int:
        key = f"{self.prefix}_{name}"
        recall(key, default, low=0, high=last)
        number = st.number_input(
            label, min_value=0, max_value=last, key=key, width=88, help=help
        )
        publish(key, default)
        return number

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
