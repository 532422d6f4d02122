"""Small data sets of photographs, written as their authors' formats have them."""

import cv2
import h5py
import numpy as np
from scipy.io import savemat

SIZE = 6, 8


def picture(seed, channels=3):
    random = np.random.default_rng(seed)
    return random.integers(0, 255, (*SIZE, channels), dtype=np.uint8)


def write_png(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


def make_mfnet(folder):
    for seed, name in enumerate(("00001D", "00002N", "00003D")):
        write_png(folder / "images" / f"{name}.png", picture(seed, 4))
        label = np.full(SIZE, seed, np.uint8)
        label[0, 0] = 255
        write_png(folder / "labels" / f"{name}.png", label)
    for name, line in (("train", "00001D"), ("val", "00002N"), ("test", "00003D")):
        (folder / f"{name}.txt").write_text(f"{line}\n")
    return folder


def make_pst900(folder):
    for part, count in (("train", 11), ("test", 2)):
        for seed in range(count):
            name = f"{seed}.png"
            write_png(folder / part / "rgb" / name, picture(seed))
            write_png(folder / part / "thermal" / name, picture(seed, 1)[..., 0])
            write_png(folder / part / "labels" / name, np.full(SIZE, 4, np.uint8))
    return folder


NORMAL, SHADE, OCCLUSION, TEXTURE = (255, 128, 0), 51, 65535, 13107
"""What Taskonomy's other domains hold: red, green, blue of a normal, then counts."""


def write_more_domains(root, building, name, later):
    """Write the domains that translations take, beside a view's rgb."""
    images = {
        "normal": np.broadcast_to(np.array(NORMAL[::-1], np.uint8), (*SIZE, 3)),
        "reshading": np.full((*SIZE, 3), SHADE, np.uint8),
        "edge_occlusion": np.full(SIZE, OCCLUSION, np.uint16),
        "edge_texture": np.full(SIZE, TEXTURE, np.uint16),
    }
    for domain, image in images.items():
        place = root / building.replace("rgb", domain)
        if later:
            place = root.parents[1] / domain / "taskonomy" / building
        write_png(place / name.replace("rgb.png", f"{domain}.png"), image)


def make_taskonomy(folder, later=False):
    buildings = "allensville", "beechwood", "corozal"
    for seed, building in enumerate(buildings):
        for view in range(2):
            for domain in ("rgb", "depth_zbuffer"):
                place = folder / f"{building}_{domain}"
                if later:
                    place = folder / domain / "taskonomy" / building
                name = f"point_{seed}_view_{view}_domain_{domain}.png"
                depth = np.full(SIZE, 512 * (seed + 1) + 256, np.uint16)
                depth[0, 0] = 65535
                write_png(place / name, picture(seed) if domain == "rgb" else depth)
                if domain == "rgb":
                    write_more_domains(place.parent, place.name, name, later)
    for name, building in zip(("train", "validation", "test"), buildings, strict=True):
        (folder / f"{name}.txt").write_text(f"{building}\n")
    return folder


def make_nyu_mat(folder, rooms=("bath", "bath", "den", "hall", "hall", "loft")):
    count = len(rooms)
    with h5py.File(folder / "nyu_depth_v2_labeled.mat", "w", userblock_size=512) as f:
        images = [picture(seed) for seed in range(count)]
        f["images"] = np.stack([image.transpose(2, 1, 0) for image in images])
        depths = [np.full(SIZE[::-1], seed + 0.5, np.float32) for seed in range(count)]
        depths[0][0, 1] = 0  # row 1, column 0
        f["depths"] = np.stack(depths)
        labels = np.zeros((count, *SIZE[::-1]), np.uint16)
        labels[:, 2, 1] = 5  # row 1, column 2
        f["labels"] = labels
        references = np.zeros((1, count), h5py.ref_dtype)
        for row, room in enumerate(rooms):
            f[f"#refs#/{row}"] = np.array([[ord(letter)] for letter in room], np.uint16)
            references[0, row] = f[f"#refs#/{row}"].ref
        f["scenes"] = references
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    with (folder / "nyu_depth_v2_labeled.mat").open("r+b") as file:
        file.write(header)
    train = [row + 1 for row, room in enumerate(rooms) if room != "hall"]
    test = [row + 1 for row, room in enumerate(rooms) if room == "hall"]
    lists = {"trainNdxs": np.array([train]).T, "testNdxs": np.array([test]).T}
    savemat(folder / "splits.mat", lists)
    mapping = np.zeros((1, 894))
    mapping[0, 4] = 23  # class 5 of 894 is books
    savemat(folder / "classMapping40.mat", {"mapClass": mapping}, do_compression=True)
    return folder, images


def make_sun_rgbd(folder):
    scenes = [f"kv2/kinect2data/{number:06d}" for number in range(12)]
    scenes += ["xtion/sun3ddata/hotel/0001", "xtion/sun3ddata/hotel/0002"]
    for seed, scene in enumerate(scenes):
        place = folder / "SUNRGBD" / scene
        write_png(place / "image" / "a.jpg", picture(seed))
        mm = np.full(SIZE, 1000 + seed, np.uint16)
        mm[0, 0], mm[0, 1] = 0, 9000
        twisted = (mm << np.uint16(3)) | (mm >> np.uint16(13))
        write_png(place / "depth_bfx" / "a.png", twisted)
        write_png(place / "depth" / "a.png", twisted * 0)
    toolbox = folder / "SUNRGBDtoolbox"
    (toolbox / "traintestSUNRGBD").mkdir(parents=True)
    (toolbox / "Metadata").mkdir()
    long = [f"/n/fs/sun3d/data/SUNRGBD/{scene}" for scene in scenes]
    cells = {
        "alltrain": np.array([long[:10]], object),
        "alltest": np.array([[f"{one}/" for one in long[10:]]], object),
    }
    savemat(toolbox / "traintestSUNRGBD" / "allsplit.mat", cells)
    kind = [("sequenceName", object), ("valid", object)]
    meta = np.zeros((1, len(scenes)), kind)
    order = list(reversed(range(len(scenes))))  # labels stand in an order of their own
    for place, row in enumerate(order):
        meta[0, place] = (f"SUNRGBD/{scenes[row]}", 1.0)
    savemat(toolbox / "Metadata" / "SUNRGBDMeta.mat", {"SUNRGBDMeta": meta})
    with h5py.File(toolbox / "Metadata" / "SUNRGBD2Dseg.mat", "w") as file:
        references = np.zeros((len(scenes), 1), h5py.ref_dtype)
        for place, row in enumerate(order):
            codes = np.full(SIZE[::-1], 1 + row, np.uint8)
            codes[1, 0] = 0  # row 0, column 1
            file[f"#refs#/{place}"] = codes
            references[place, 0] = file[f"#refs#/{place}"].ref
        file["SUNRGBD2Dseg/seglabel"] = references
    return folder, scenes
