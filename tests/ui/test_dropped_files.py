"""Where a file is sent is told also when a page begins to run meanwhile."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

import fusionviz.ui as ui
from fusionviz.ui import dropped_files


def answer(number):
    message = ForwardMsg()
    message.file_urls_response.response_id = number
    return message


def drawn(text):
    message = ForwardMsg()
    message.delta.new_element.text.body = text
    message.metadata.delta_path.extend([0, len(text)])
    return message


def finished():
    message = ForwardMsg()
    message.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    return message


def queue_of(*messages):
    queue = ForwardMsgQueue()
    for message in messages:
        queue.enqueue(message)
    return queue


def left(queue):
    """Return what is sent: a number for an answer, else the kind of the message."""
    return [
        message.file_urls_response.response_id
        if message.WhichOneof("type") == "file_urls_response"
        else message.WhichOneof("type")
        for message in queue.flush()
    ]


@pytest.mark.parametrize("fragments", [None, ["tab"]])
def test_answers_outlive_the_beginning_of_a_run_once_each(fragments):
    assert ui.dropped_files is dropped_files  # the app takes it with its first line
    queue = queue_of(drawn("a"), answer("1"), finished(), answer("2"))
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
    sent = left(queue)
    assert sorted(one for one in sent if one in {"1", "2"}) == ["1", "2"]
    assert "script_finished" in sent
    assert ("delta" in sent) == (fragments is not None)


def test_what_is_drawn_next_takes_its_own_place():
    queue = queue_of(drawn("a"), answer("1"))
    queue.clear(retain_lifecycle_msgs=True)
    for text in ("b", "cc", "d"):  # b and d have the same place: the later one stays
        queue.enqueue(drawn(text))
    bodies = [
        message.delta.new_element.text.body
        for message in queue.flush()
        if message.WhichOneof("type") == "delta"
    ]
    assert bodies == ["d", "cc"]


def test_a_session_that_ends_keeps_nothing():
    queue = queue_of(answer("1"))
    queue.clear()
    assert left(queue) == []


def test_streamlit_alone_forgets_the_answer():
    """Where this fails, Streamlit keeps it by itself, and the module can go."""
    queue = queue_of(answer("1"))
    dropped_files._plain_clear(queue, retain_lifecycle_msgs=True)
    assert left(queue) == []
