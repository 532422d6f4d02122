"""A file laid out as CMU-MOSI, of a few made-up utterances."""

import numpy as np

VOCABULARY = ("awful", "bad", "film", "good", "great", "it", "so", "the")
VIDEOS = 12
WIDTHS = {"text_cnn100": 100, "audio_os73": 73, "video_c3d100": 100}


def make_mosi_folder(folder, seed=0):
    """Write the file: 12 videos of 3 to 5 utterances, with words that say the label."""
    random = np.random.default_rng(seed)
    rows = {name: [] for name in ("uid", "video", "segment", "transcript", "split_std")}
    numbers = {name: [] for name in ("label_reg", "label_bin", *WIDTHS)}
    words, starts, offsets = [], [], [0]
    for index in range(VIDEOS):
        split = ("train", "train", "dev", "test")[index % 4]
        for segment in range(random.integers(3, 6)):
            target = float(random.integers(-3, 4))
            said = [*random.integers(2, 8, 2), 3 if target >= 0 else 1]
            rows["uid"].append(f"v{index:02d}_{segment}")
            rows["video"].append(f"v{index:02d}")
            rows["segment"].append(segment)
            rows["transcript"].append(" ".join(VOCABULARY[word] for word in said))
            rows["split_std"].append(split)
            numbers["label_reg"].append(np.nan if segment == 2 else target)
            numbers["label_bin"].append(int(target >= 0))
            for name, width in WIDTHS.items():
                numbers[name].append(random.normal(size=width) + target)
            words += said
            starts += [10 * segment + place for place in range(3)]
            offsets.append(len(words))
    kinds = {"label_bin": np.int8}
    (folder / "cmu_mosi").mkdir(parents=True)
    np.savez(
        folder / "cmu_mosi" / "utterances.npz",
        **rows,
        split_poria=np.full(len(rows["uid"]), "train", "<U8"),
        **{k: np.array(v, kinds.get(k, np.float32)) for k, v in numbers.items()},
        vocab=VOCABULARY,
        word_offsets=np.array(offsets, np.int32),
        word_id=np.array(words, np.int16),
        word_start=np.array(starts, np.float32),
        word_end=np.array(starts, np.float32) + 1,
    )
    return folder
