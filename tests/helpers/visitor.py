"""A visitor of the app without a browser: it asks for a page as a browser does."""

from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

PATIENCE_SECONDS = 240


def visit(address: str, page: str) -> list[ForwardMsg]:
    """Return all that the server says until the page is drawn.

    Args:
        address: Of the server, `http://...`.
        page: `/transport?data=utterance`.

    Raises:
        TimeoutError: The page was not drawn in time.
    """
    parts = urlsplit(page)
    question = BackMsg()
    question.rerun_script.query_string = parts.query
    question.rerun_script.page_name = parts.path.strip("/")
    answers = []
    with connect(
        address.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=["streamlit"],
        max_size=None,
        open_timeout=PATIENCE_SECONDS,
    ) as line:
        line.send(question.SerializeToString())
        while not answers or not _is_drawn(answers[-1]):
            answers.append(ForwardMsg.FromString(line.recv(PATIENCE_SECONDS)))
    return answers


def _is_drawn(answer: ForwardMsg) -> bool:
    """Whether a run has ended, and not to begin again."""
    return answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and (
        answer.WhichOneof("type") == "script_finished"
    )


def elements(answers: list[ForwardMsg], kind: str) -> list:
    """Return the elements of a kind, such as `exception` or `plotly_chart`."""
    new = [
        answer.delta.new_element
        for answer in answers
        if answer.WhichOneof("type") == "delta"
        and answer.delta.WhichOneof("type") == "new_element"
    ]
    return [getattr(one, kind) for one in new if one.WhichOneof("type") == kind]
