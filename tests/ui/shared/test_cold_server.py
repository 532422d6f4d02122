"""A server that has just started, and ten visitors at once."""

from concurrent.futures import ThreadPoolExecutor

from tests.helpers.app.server import serve
from tests.helpers.app.session import elements, visit

PAGES = (
    "/inputs",
    "/transport",
    "/distributions?tab=Distance&data=utterance",
    "/attention?tab=Overview",
    "/latents?tab=Traverse",
    "/transport?tab=On+the+data&data=utterance&d_solver=exact",
    "/inputs?tab=Transport",
    "/distributions?data=utterance",
    "/attention?tab=One+head",
    "/latents?tab=Between+two",
)


def test_ten_visitors_of_a_cold_server_see_their_pages(tmp_path, tiny_checkpoints):
    with (
        serve(tmp_path, tiny_checkpoints) as server,
        ThreadPoolExecutor(len(PAGES)) as pool,
    ):
        visits = list(pool.map(lambda page: visit(server.address, page), PAGES))
        log = server.log.read_text()
    for page, answers in zip(PAGES, visits, strict=True):
        troubles = [one.message for one in elements(answers, "exception")]
        assert not troubles, f"{page}: {troubles}\n{log}"
        assert elements(answers, "plotly_chart"), page
    assert "Traceback" not in log, log
