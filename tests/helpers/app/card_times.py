"""What opening each card of each lesson takes the server, its exhibits made before.

python -m tests.helpers.app.card_times

prints wall and processor seconds, median and slowest, of fresh sessions that open a
card, after `python -m fusionviz lessons warm`.
"""

import statistics
import sys
import time

from fusionviz.lessons.library import list_lessons
from tests.helpers.app.pages import run_page


def main() -> None:
    wall, busy = [], []
    run_page("pages/classroom.py", {})
    for lesson in list_lessons().lessons.values():
        for place in range(len(lesson.cards)):
            address = {"lesson": lesson.name, "card": str(place + 1), "present": "1"}
            start, worked = time.perf_counter(), time.process_time()
            app = run_page("pages/classroom.py", address)
            wall.append((time.perf_counter() - start, lesson.name, place + 1))
            busy.append((time.process_time() - worked, lesson.name, place + 1))
            if app.exception:
                raise RuntimeError(f"{lesson.name}, card {place + 1}")
    for what, seconds in (("wall", wall), ("processor", busy)):
        median = statistics.median(one[0] for one in seconds)
        most, name, card = max(seconds)
        sys.stdout.write(
            f"{len(seconds)} cards, {what}: median {median:.2f} s, slowest "
            f"{most:.2f} s ({name}, card {card})\n"
        )


if __name__ == "__main__":
    main()
