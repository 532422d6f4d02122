"""A folder laid out as NYU Depth V2 is divided officially, of small images."""

import json

import cv2
import numpy as np

TRAIN = (*range(3, 8), *range(20, 24), *range(30, 33), 40, 50, *range(60, 63), 70)
TEST = (1, 2, 10, 11, 12, 45)


def make_rgbd_folder(folder, height=48, width=64):
    """Write the images: classes are tiles, and colour and depth follow the class."""
    random = np.random.default_rng(0)
    for kind in ("rgb", "depth_mm", "label13", "label40"):
        (folder / kind).mkdir(parents=True)
    for number in (*TRAIN, *TEST):
        name = f"{number:04d}"
        tiles = random.integers(0, 14, (height // 16, width // 16), dtype=np.uint8)
        label = tiles.repeat(16, axis=0).repeat(16, axis=1)
        rgb = np.stack([label * 18, 255 - label * 15, label * 9 + 60], axis=-1)
        depth_mm = 500 * label.astype(np.uint16)
        cv2.imwrite(str(folder / f"rgb/{name}.jpg"), rgb)
        cv2.imwrite(str(folder / f"depth_mm/{name}.png"), depth_mm)
        cv2.imwrite(str(folder / f"label13/{name}.png"), label)
        cv2.imwrite(str(folder / f"label40/{name}.png"), label * 3)
    for split, numbers in (("train", TRAIN), ("test", TEST)):
        lines = "".join(f"{number:04d}\n" for number in numbers)
        (folder / f"{split}.txt").write_text(lines)
    names = {
        f"names{n}": ["void", *(f"c{k}" for k in range(1, n + 1))] for n in (13, 40)
    }
    (folder / "classes.json").write_text(json.dumps(names))
    return folder
