"""A file that is dropped just as a page begins to run arrives all the same.

The browser asks the server where to send a file. The answer waits, for milliseconds or
on a busy machine for longer, in the session's queue of messages, and Streamlit clears
this queue when a run begins: it keeps what it knows to be needed, among which the
answer is not (1.67). The browser then waits for ever, and the file is gone without a
word. So the answers are kept too.
"""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

ANSWER = "file_urls_response"
"""Kind of the message that says where files are sent."""

_plain_clear = ForwardMsgQueue.clear


def _clear(
    queue: ForwardMsgQueue,
    retain_lifecycle_msgs: bool = False,  # noqa: FBT001, FBT002 - Streamlit's own
    fragment_ids_this_run: list[str] | None = None,
) -> None:
    """Clear a queue as Streamlit does where a run begins, but for answers."""
    answers = _answers(queue) if retain_lifecycle_msgs else []
    _plain_clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
    kept = {id(message) for message in _answers(queue)}
    queue._queue.extend(answer for answer in answers if id(answer) not in kept)


def keep_answers() -> None:
    """Let every queue keep its answers, from now on."""
    ForwardMsgQueue.clear = _clear  # type: ignore[assignment, method-assign]


def _answers(queue: ForwardMsgQueue) -> list[ForwardMsg]:
    return [one for one in queue._queue if one.WhichOneof("type") == ANSWER]
