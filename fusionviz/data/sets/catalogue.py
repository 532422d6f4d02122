"""What each data set is, under which terms, where it is to be had, and how it lies."""

from dataclasses import dataclass

from fusionviz.data.folders import data_folder


@dataclass(frozen=True, kw_only=True)
class SetCard:
    """What is to be known before a data set is used.

    Attributes:
        title: Of the set, with its authors.
        modalities: What a sample has.
        terms: Under which it may be used.
        source: Where it is to be had.
        layout: Its files, drawn; as it is read here.
        place: Below the folder of data sets, where it is looked for; empty where it is
            made here or named by an option.
        option: The option that names its files; empty where there is none.
    """

    title: str
    modalities: str
    terms: str
    source: str
    layout: str = ""
    place: str = ""
    option: str = ""


def say_where(card: SetCard) -> str:
    """Return whether a set is on this computer, in words."""
    if card.option:
        return f"named by the option {card.option}"
    if not card.place:
        return "made here"
    path = data_folder() / card.place
    return f"at {path}" if path.exists() else f"not here; looked for at {path}"


CARDS: dict[str, SetCard] = {
    "rooms": SetCard(
        title="Generated rooms",
        modalities="rgb, depth in metres, classes of 13 kinds",
        terms="part of fusionviz (Apache-2.0)",
        source="python -m fusionviz data rooms --count 100 --out DIR writes some",
    ),
    "nyuv2": SetCard(
        title="NYU Depth V2 (Silberman et al. 2012), official division",
        modalities="rgb, depth in metres, classes of 13 or 40 kinds",
        terms="research; the authors ask to be cited",
        source="https://cs.nyu.edu/~fergus/datasets/nyu_depth_v2.html",
        layout=(
            "rgb/NNNN.jpg  depth_mm/NNNN.png (or depth/)  label13/  label40/\n"
            "train.txt  test.txt  classes.json"
        ),
        place="nyuv2",
    ),
    "nyudv2": SetCard(
        title="NYU Depth V2, 499 photographs with relative depth, divided by runs",
        modalities="rgb, depth of 8 bits, classes of 13 or 40 kinds",
        terms="research; the authors ask to be cited",
        source="https://cs.nyu.edu/~fergus/datasets/nyu_depth_v2.html",
        layout=(
            "nyuv2_labeled/    rgb/NNNN.jpg  depth8/NNNN.png  label13/  label40/\n"
            "nyuv2_unlabeled/  rgb/NNNN.jpg  depth8/NNNN.png"
        ),
        place="nyuv2_labeled",
    ),
    "nyu-mat": SetCard(
        title="NYU Depth V2 (Silberman et al. 2012), the authors' MATLAB file",
        modalities="rgb, depth in metres, classes of 13 or 40 kinds",
        terms="research; the authors ask to be cited",
        source="https://cs.nyu.edu/~fergus/datasets/nyu_depth_v2.html",
        layout="nyu_depth_v2_labeled.mat  splits.mat  classMapping40.mat",
        option="folder",
    ),
    "sun-rgbd": SetCard(
        title="SUN RGB-D (Song et al. 2015)",
        modalities="rgb, depth in metres, classes of 13 or 37 kinds",
        terms="research; the authors ask to be cited, and the sets within it too",
        source="https://rgbd.cs.princeton.edu",
        layout=(
            "SUNRGBD/KIND/.../SCENE/image/*.jpg  depth_bfx/*.png  depth/*.png\n"
            "SUNRGBDtoolbox/traintestSUNRGBD/allsplit.mat\n"
            "SUNRGBDtoolbox/Metadata/SUNRGBDMeta.mat  SUNRGBD2Dseg.mat"
        ),
        option="folder",
    ),
    "taskonomy": SetCard(
        title="Taskonomy (Zamir et al. 2018)",
        modalities="rgb, depth in metres, normals, shading, edges",
        terms="research, by the form that its authors have to be sent",
        source="https://github.com/StanfordVL/taskonomy",
        layout=(
            "BUILDING_rgb/point_X_view_Y_domain_rgb.png\n"
            "BUILDING_depth_zbuffer/point_X_view_Y_domain_depth_zbuffer.png\n"
            "and, where they are there, _normal, _reshading, _edge_occlusion, "
            "_edge_texture\n"
            "train.txt  validation.txt  test.txt: names of buildings, one a line"
        ),
        option="folder",
    ),
    "mfnet": SetCard(
        title="MFNet (Ha et al. 2017): streets by day and night",
        modalities="rgb, thermal (where depth stands), classes of 9 kinds",
        terms="research; the authors ask to be cited",
        source="https://www.mi.t.u-tokyo.ac.jp/static/projects/mil_multispectral/",
        layout=(
            "images/NAME.png (red, green, blue, thermal)  labels/NAME.png\n"
            "train.txt  val.txt  test.txt"
        ),
        option="folder",
    ),
    "pst900": SetCard(
        title="PST900 (Shivakumar et al. 2020): caves and tunnels",
        modalities="rgb, thermal (where depth stands), classes of 5 kinds",
        terms="research; the authors ask to be cited",
        source="https://github.com/ShreyasSkandanS/pst900_thermal_rgb",
        layout="train/ and test/, each with rgb/ thermal/ labels/NAME.png",
        option="folder",
    ),
    "mm-imdb": SetCard(
        title="MM-IMDB (Arevalo et al. 2017)",
        modalities="poster, plot; 23 genres",
        terms="research; posters and plots are their owners'",
        source="https://github.com/johnarevalo/gmu-mmimdb",
        layout="dataset/ID.json  dataset/ID.jpeg  split.json (train, dev, test)",
        option="folder",
    ),
    "movies": SetCard(
        title="3525 films, in MM-IMDB's form",
        modalities="poster, plot; 13 genres",
        terms="research; posters and plots are their owners'",
        source="https://github.com/nickwood5/movie-poster-classifier",
        layout="movies.jsonl  poster/NNNNN.jpg",
        place="movies",
    ),
    "sentiment": SetCard(
        title="Generated utterances",
        modalities="text, audio, video; sentiment from -3 to 3",
        terms="part of fusionviz (Apache-2.0)",
        source="made when it is used",
    ),
    "mosi": SetCard(
        title="CMU-MOSI (Zadeh et al. 2016), features of Poria et al. 2017",
        modalities="text, audio, video; sentiment from -3 to 3",
        terms="research (the CMU toolkit's terms)",
        source="https://github.com/CMU-MultiComp-Lab/CMU-MultimodalSDK",
        layout="utterances.npz",
        place="cmu_mosi",
    ),
    "opinions": SetCard(
        title="Words of CMU-MOSEI (Zadeh et al. 2018), and the Stanford Sentiment "
        "Treebank (Socher et al. 2013)",
        modalities="text; sentiment from -3 to 3",
        terms="research (the CMU toolkit's terms); the treebank's authors ask to be "
        "cited",
        source="https://github.com/CMU-MultiComp-Lab/CMU-MultimodalSDK, "
        "https://nlp.stanford.edu/sentiment",
        layout=(
            "text_sentiment/mosei.csv: video_id, clip_id, text, label, mode\n"
            "text_sentiment/sst/train.txt  dev.txt  test.txt: a tree a line"
        ),
        place="text_sentiment",
    ),
    "mmsa": SetCard(
        title="CMU-MOSI and CMU-MOSEI as the MMSA toolkit has them (Mao et al. 2022)",
        modalities="text, audio, video; sentiment from -3 to 3",
        terms="research (the CMU toolkit's terms)",
        source="https://github.com/thuiar/MMSA",
        layout="aligned_50.pkl or unaligned_50.pkl; nothing in a pickle is run",
        option="file",
    ),
    "csd": SetCard(
        title="CMU-MOSI and CMU-MOSEI as computational sequences (Zadeh et al. 2018)",
        modalities="text, audio, video, by time; sentiment from -3 to 3",
        terms="research (the CMU toolkit's terms)",
        source="https://github.com/CMU-MultiComp-Lab/CMU-MultimodalSDK",
        layout=(
            "*Label*.csd, and a .csd a modality (glove, covarep, facet, ...)\n"
            "train.txt  validation.txt  test.txt: the names of videos, one a line"
        ),
        option="folder",
    ),
}
"""By the name that `load_set` knows."""


def to_markdown() -> str:
    """Return the cards as docs/datasets.md shows them."""
    parts = []
    for name, card in CARDS.items():
        lines = [f"### `{name}`", "", f"{card.title}: {card.modalities}."]
        lines += [f"Terms: {card.terms}. Source: {card.source}."]
        if card.option:
            lines += [f'`load_set("{name}", split, {card.option}=...)`.']
        if card.layout:
            lines += ["", "```", *card.layout.splitlines(), "```"]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
