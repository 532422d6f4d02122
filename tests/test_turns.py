"""Who came first is next, nobody passes, and no turn is lost."""

import threading
import time

import pytest

from fusionviz.turns import Turns


def waits(turns, count):
    """Wait until so many stand in line."""
    until = time.monotonic() + 20
    while turns.waiting < count:
        assert time.monotonic() < until
        time.sleep(0.001)


def in_line(turns, count, then):
    """Return threads that came one after the other, each of which has a turn."""

    def work(number):
        with turns:
            then(number)

    threads = []
    for number in range(count):
        threads.append(threading.Thread(target=work, args=(number,)))
        threads[-1].start()
        waits(turns, number + 1)
    return threads


def end(threads):
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_who_came_first_is_next_and_who_asks_again_stands_behind():
    turns, order = Turns(1), []
    turns.take()
    threads = in_line(turns, 5, order.append)
    turns.give_back()
    turns.take()  # right after giving back: a semaphore would let it pass
    order.append("again")
    turns.give_back()
    end(threads)
    assert order == [0, 1, 2, 3, 4, "again"]


def test_never_more_than_so_many_have_one():
    turns, lock, now, most = Turns(3), threading.Lock(), [0], [0]

    def work():
        for _ in range(50):
            with turns:
                with lock:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                time.sleep(0.0002)
                with lock:
                    now[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    end(threads)
    assert most == [3]
    assert turns.waiting == 0


def test_who_no_longer_wants_one_leaves_the_line():
    turns, order = Turns(1), []
    turns.take()
    assert not turns.take(lambda: False)
    assert turns.waiting == 0
    threads = in_line(turns, 1, order.append)
    turns.give_back()
    end(threads)
    assert order == [0]


def test_who_is_interrupted_in_line_holds_up_nobody():
    turns = Turns(1)
    turns.take()

    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        turns.take(interrupt)
    assert turns.waiting == 0
    turns.give_back()
    assert turns.take()


def test_an_error_gives_the_turn_back():
    turns = Turns(1)
    with pytest.raises(OSError, match="disk"), turns:
        raise OSError("disk")
    assert turns.take()


def test_a_turn_that_nobody_had_cannot_be_given_back():
    with pytest.raises(ValueError, match="nobody had"):
        Turns(1).give_back()
