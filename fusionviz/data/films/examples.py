"""Three films that were never shot: their posters are drawn here, their plots made up.

Real posters and plots are their owners' and cannot be passed on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import PosterSample
from fusionviz.errors import InputError

Poster = NDArray[np.uint8]

HEIGHT, WIDTH = 432, 288


@dataclass(frozen=True, kw_only=True)
class Example:
    """A film of the project's own.

    Attributes:
        title: Of the film.
        plot: What happens.
        draw: Draws its poster.
    """

    title: str
    plot: str
    draw: Callable[[], Poster]


def example_film(name: str) -> PosterSample:
    """Return one of the project's films.

    Raises:
        InputError: There is none of this name.
    """
    if name not in EXAMPLES:
        raise InputError(f"films are {', '.join(EXAMPLES)}, got {name!r}")
    example = EXAMPLES[name]
    return PosterSample(rgb=example.draw(), plot=example.plot, id=example.title)


def _draw_lamp() -> Poster:
    """Draw a house on a hill at night, one window lit."""
    poster = _sky((12, 14, 40), (58, 34, 66))
    cv2.circle(poster, (205, 90), 46, (226, 220, 190), -1, cv2.LINE_AA)
    cv2.circle(poster, (190, 80), 9, (205, 198, 168), -1, cv2.LINE_AA)
    cv2.circle(poster, (222, 108), 13, (208, 201, 171), -1, cv2.LINE_AA)
    cv2.ellipse(poster, (144, 470), (250, 170), 0, 0, 360, (8, 9, 16), -1, cv2.LINE_AA)
    house = [(92, 310), (92, 230), (130, 182), (168, 230), (168, 310)]
    _fill(poster, house, (5, 5, 9))
    _fill(poster, [(150, 205), (150, 172), (162, 172), (162, 222)], (5, 5, 9))
    cv2.rectangle(poster, (120, 238), (142, 264), (246, 190, 72), -1)
    cv2.line(poster, (131, 238), (131, 264), (5, 5, 9), 2)
    cv2.line(poster, (120, 251), (142, 251), (5, 5, 9), 2)
    for x, y, size in ((70, 120, 14), (110, 80, 10), (245, 175, 12), (40, 190, 9)):
        wings = [(x - size, y), (x - size // 3, y - size // 3), (x, y), (x, y + 3)]
        _fill(poster, wings, (4, 4, 8))
        mirrored = [(2 * x - a, b) for a, b in wings]
        _fill(poster, mirrored, (4, 4, 8))
    tree = [(30, 330), (42, 240), (22, 200), (46, 228), (58, 185), (54, 240), (62, 330)]
    _fill(poster, tree, (4, 4, 8))
    return _titled(poster, "THE LAMP ON THE HILL", (196, 40, 36))


def _draw_tickets() -> Poster:
    """Draw two people on a bench before a town in the evening sun."""
    poster = _sky((255, 214, 150), (248, 140, 120))
    cv2.circle(poster, (144, 190), 58, (255, 240, 196), -1, cv2.LINE_AA)
    for x, top, colour in (
        *((0, 250, (240, 236, 226)), (48, 226, (233, 120, 96))),
        *((96, 262, (252, 226, 180)), (150, 240, (170, 200, 214))),
        *((200, 222, (246, 244, 238)), (246, 256, (228, 150, 110))),
    ):
        cv2.rectangle(poster, (x, top), (x + 50, 330), colour, -1)
        _fill(poster, [(x, top), (x + 25, top - 22), (x + 50, top)], (186, 84, 62))
        for row in range(top + 16, 320, 26):
            cv2.rectangle(poster, (x + 10, row), (x + 18, row + 12), (90, 120, 150), -1)
            cv2.rectangle(poster, (x + 30, row), (x + 38, row + 12), (90, 120, 150), -1)
    cv2.rectangle(poster, (0, 330), (WIDTH, HEIGHT), (92, 150, 168), -1)
    for x, shirt, hair in (
        *((122, (40, 72, 128), (60, 40, 30)), (166, (214, 52, 74), (200, 130, 50))),
    ):
        cv2.ellipse(poster, (x, 372), (20, 36), 0, 0, 360, shirt, -1, cv2.LINE_AA)
        cv2.circle(poster, (x, 322), 15, (242, 200, 168), -1, cv2.LINE_AA)
        cv2.ellipse(poster, (x, 315), (16, 11), 0, 180, 360, hair, -1, cv2.LINE_AA)
    cv2.rectangle(poster, (86, 380), (202, 392), (120, 76, 44), -1)
    for x in (135, 153):
        cv2.circle(poster, (x, 262), 11, (220, 40, 70), -1, cv2.LINE_AA)
    _fill(poster, [(125, 267), (163, 267), (144, 290)], (220, 40, 70))
    return _titled(poster, "TWO TICKETS TO LISBON", (255, 255, 255))


def _draw_signal() -> Poster:
    """Draw a spaceship before a ringed planet and stars."""
    poster = _sky((2, 4, 14), (10, 22, 52))
    random = np.random.default_rng(4)
    for _ in range(150):
        x, y = int(random.integers(WIDTH)), int(random.integers(HEIGHT))
        poster[y, x] = random.integers(140, 256)
    cv2.circle(poster, (206, 300), 96, (70, 120, 170), -1, cv2.LINE_AA)
    for row, colour in (
        (262, (96, 146, 190)),
        (296, (58, 100, 150)),
        (330, (88, 134, 180)),
    ):
        cv2.ellipse(poster, (206, row), (86, 9), 0, 0, 360, colour, -1, cv2.LINE_AA)
    cv2.ellipse(
        poster, (206, 300), (150, 26), -16, 0, 360, (210, 190, 150), 4, cv2.LINE_AA
    )
    hull = [(40, 210), (120, 168), (190, 150), (150, 188), (76, 226)]
    _fill(poster, hull, (186, 192, 200))
    _fill(poster, [(76, 200), (112, 172), (88, 150), (70, 176)], (120, 128, 140))
    _fill(poster, [(92, 216), (130, 200), (126, 236), (104, 240)], (120, 128, 140))
    cv2.circle(poster, (154, 170), 8, (90, 220, 250), -1, cv2.LINE_AA)
    flame = [(40, 210), (76, 226), (16, 244), (0, 236)]
    _fill(poster, flame, (80, 200, 255))
    _fill(poster, [(48, 214), (68, 222), (30, 236)], (235, 250, 255))
    return _titled(poster, "SIGNAL FROM EUROPA", (150, 230, 255))


EXAMPLES: dict[str, Example] = {
    "lamp": Example(
        title="The Lamp on the Hill",
        plot=(
            "A young nurse moves into an abandoned house outside the village, where a "
            "family was murdered years ago. At night she hears footsteps, and a ghost "
            "begins to hunt everyone who sleeps there. She must find the killer's "
            "grave before the next blood moon."
        ),
        draw=_draw_lamp,
    ),
    "tickets": Example(
        title="Two Tickets to Lisbon",
        plot=(
            "Her wedding is called off and his girlfriend has left him: by mistake two "
            "strangers book the same honeymoon suite. They pretend to be married for a "
            "week, quarrel with a nosy mother-in-law, and fall in love when neither of "
            "them wants to."
        ),
        draw=_draw_tickets,
    ),
    "signal": Example(
        title="Signal from Europa",
        plot=(
            "In the future a crew of astronauts follows an alien signal to a moon of "
            "Jupiter. When their spaceship is attacked, the captain and a robot have "
            "to fight their way through a planet of machines to save Earth from war."
        ),
        draw=_draw_signal,
    ),
}


def _sky(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Poster:
    share = np.linspace(0, 1, HEIGHT)[:, None, None]
    colours = (1 - share) * np.array(top) + share * np.array(bottom)
    return np.ascontiguousarray(np.broadcast_to(colours, (HEIGHT, WIDTH, 3))).astype(
        np.uint8
    )


def _fill(
    poster: Poster, corners: list[tuple[int, int]], colour: tuple[int, int, int]
) -> None:
    cv2.fillPoly(poster, [np.array(corners, np.int32)], colour, cv2.LINE_AA)


def _titled(poster: Poster, title: str, colour: tuple[int, int, int]) -> Poster:
    """Return a poster with its title across the lower edge."""
    cv2.rectangle(poster, (0, HEIGHT - 40), (WIDTH, HEIGHT), (10, 10, 14), -1)
    font, scale = cv2.FONT_HERSHEY_DUPLEX, 0.62
    (width, _), _ = cv2.getTextSize(title, font, scale, 1)
    place = ((WIDTH - width) // 2, HEIGHT - 13)
    cv2.putText(poster, title, place, font, scale, colour, 1, cv2.LINE_AA)
    return poster
