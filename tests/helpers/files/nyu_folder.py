"""A folder laid out as NYU Depth V2, of small images made here."""

import json

import cv2
import numpy as np

LABELLED = [f"{n:04d}" for n in (1, 2, 5, 9, 10, 13, 20, 30, 31, 40, 50, 60)]
UNLABELLED = [f"{n:04d}" for n in (3, 4, 7)]


def make_nyu_folder(folder, height=24, width=32):
    """Write the images: classes are tiles, and colour and depth follow the class."""
    random = np.random.default_rng(0)
    for part, names in (("labeled", LABELLED), ("unlabeled", UNLABELLED)):
        base = folder / f"nyuv2_{part}"
        for kind in ("rgb", "depth8", "label13", "label40"):
            (base / kind).mkdir(parents=True)
        for name in names:
            tiles = random.integers(0, 14, (height // 8, width // 8), dtype=np.uint8)
            label = tiles.repeat(8, axis=0).repeat(8, axis=1)
            rgb = np.stack([label * 18, 255 - label * 15, label * 9 + 60], axis=-1)
            cv2.imwrite(str(base / f"rgb/{name}.jpg"), rgb)
            cv2.imwrite(str(base / f"depth8/{name}.png"), 30 + label * 15)
            if part == "labeled":
                cv2.imwrite(str(base / f"label13/{name}.png"), label)
                cv2.imwrite(str(base / f"label40/{name}.png"), label * 3)
    names = {
        f"names{n}": ["void", *(f"c{k}" for k in range(1, n + 1))] for n in (13, 40)
    }
    (folder / "nyuv2_labeled/classes.json").write_text(json.dumps(names))
    return folder
