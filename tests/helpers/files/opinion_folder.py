"""Files laid out as CMU-MOSEI's transcripts and the treebank, of a few sentences."""

MOSEI = (
    "video_id,clip_id,text,label,mode\n"
    'a1,0,"Well, this is ""great""!",2.3333333,train\n'
    "a1,1,(umm) It (stutter) isn't.,-1.0,train\n"
    "a1,2,So.,0.0,train\n"
    "b2,0,...,1.0,train\n"
    "v00,7,seen before,1.0,train\n"
    "c3,0,fine,0.6666667,valid\n"
    "d4,0,bad,-3.0,test\n"
)
SST = {
    "train": "(4 (2 It) (4 (2 's) (3 (3 really) (3 good))))\n(2 (2 a) (2 film))\n",
    "dev": "(0 (2 no) (1 bad))\n",
    "test": "(3 nice)\n\n",
}


def make_opinion_folder(folder):
    """Write the files under the folder of data sets, and return where they lie."""
    root = folder / "text_sentiment"
    (root / "sst").mkdir(parents=True)
    (root / "mosei.csv").write_text(MOSEI)
    for name, text in SST.items():
        (root / "sst" / f"{name}.txt").write_text(text)
    return root
