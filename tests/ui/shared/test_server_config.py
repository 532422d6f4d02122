"""What the server must not do, whatever else the configuration says."""

import tomllib

from fusionviz.places import PROJECT as ROOT

CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())


def test_it_listens_here_only_and_tells_nobody():
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["server"]["allowedHosts"] == ["127.0.0.1", "localhost"]
    assert CONFIG["browser"]["gatherUsageStats"] is False


def test_its_protections_are_on():
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert CONFIG["server"]["enableCORS"] is True
    assert CONFIG["server"]["maxUploadSize"] == 50
    assert CONFIG["client"]["showErrorDetails"] == "none"


def test_no_run_ends_with_a_full_collection_of_garbage():
    assert CONFIG["runner"]["postScriptGC"] is False


def test_colour_scales_have_the_ten_steps_that_streamlit_asks_for():
    for theme in ("light", "dark"):
        assert len(CONFIG["theme"][theme]["chartSequentialColors"]) == 10


def test_text_can_be_read_on_every_ground():
    for theme in ("light", "dark"):
        part = CONFIG["theme"][theme]
        for ground in ("backgroundColor", "secondaryBackgroundColor"):
            assert contrast(part["textColor"], part[ground]) >= 7
            assert contrast(part["primaryColor"], part[ground]) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
