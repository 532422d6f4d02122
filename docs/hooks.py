"""What the pages' builder is told beside mkdocs.yml.

Formulas become MathML, which browsers draw themselves: pages need no script and no
network. Files that lie beside docs/ become pages of their own.
"""

import html
import re
from pathlib import Path

from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
BESIDE = {
    "CHANGELOG.md": "changes.md",
    "CODE_OF_CONDUCT.md": "conduct.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""Files of the project by the page that they become."""

LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]+)[^)]*\)")
INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
BLOCK = re.compile(r'<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies beside docs/, its links led to the pages."""
    for name, page in BESIDE.items():
        text = (ROOT / name).read_text("utf-8").replace("](docs/", "](")
        for other, own in BESIDE.items():
            text = text.replace(f"]({other})", f"]({own})")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Return a page whose links to other files of the project are their names alone."""
    if page.file.abs_src_path is None:
        return markdown
    folder = Path(page.file.abs_src_path).parent

    def kept(found: re.Match[str]) -> str:
        is_inside = "://" in found[2] or DOCS in (folder / found[2]).resolve().parents
        return found[0] if is_inside else found[1]

    return LINK.sub(kept, markdown)


def on_page_content(page_html: str, **_: object) -> str:
    """Return a page with its formulas as MathML."""

    def inline(found: re.Match[str]) -> str:
        return convert(html.unescape(found[1]))

    def block(found: re.Match[str]) -> str:
        return convert(html.unescape(found[1]), display="block")

    return BLOCK.sub(block, INLINE.sub(inline, page_html))
