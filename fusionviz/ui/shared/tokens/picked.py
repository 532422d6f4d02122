"""The subject of the Transport and Distributions pages."""

from dataclasses import dataclass

from fusionviz.analysis.shared.alignmamba_subject import AlignMambaSubject
from fusionviz.analysis.shared.token_subject import TokenSubject
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.models.cards import ModelCard


@dataclass(frozen=True, kw_only=True, eq=False)
class PickedTokens:
    """Tokens of several modalities, and what names them.

    Attributes:
        subject: What the exhibits are of.
        key: What names it in caches.
        name: What names it in recipes.
        title: What the sample is called on the page.
        card: Of the model that read it; None where there is none.
    """

    subject: TokenSubject
    key: str
    name: SubjectName
    title: str
    card: ModelCard | None

    @property
    def read_by_model(self) -> AlignMambaSubject | None:
        """The subject where a model has read it, else None."""
        read = isinstance(self.subject, AlignMambaSubject)
        return self.subject if read else None  # type: ignore[return-value]
