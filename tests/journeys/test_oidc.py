"""An official signs in by the accounts of the county, at another site, with JavaScript and without."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests import provider
from tests.databases import SQLITE, Databases
from tests.journeys.conftest import Site, Visit
from tests.server import LiveServer, running

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

RIIKKA = "riikka.lehto@kumppanuus.example"


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that names a provider, where Riikka is signed in."""
    world, address, folder = databases.world(), databases.copy("world"), tmp_path_factory.mktemp("site")
    with provider.running() as found:
        found.scene(now=time.time(), person={"sub": "r-1", "email": RIIKKA, "email_verified": True})
        settings = {
            "KUMPPANUUS_OIDC_ISSUER": found.issuer,
            "KUMPPANUUS_OIDC_CLIENT_ID": provider.CLIENT,
            "KUMPPANUUS_OIDC_CLIENT_SECRET": provider.SECRET,
            "KUMPPANUUS_OIDC_NAME": "Alue",
            "KUMPPANUUS_OIDC_DOMAINS": "kumppanuus.example",
            "KUMPPANUUS_OIDC_REQUIRED": "1",
        }
        server = LiveServer(address, folder, workers=1, settings=settings)
        try:
            with databases.on(address), running(server):
                yield Site(databases, world, server)
        finally:
            databases.drop(address)


def test_an_official_is_led_to_the_county_and_back_in(site: Site, visit: Visit) -> None:
    for java_script, width in ((True, 1280), (False, 360)):
        riikka = visit(java_script=java_script, width=width, also="localhost")
        riikka.page.goto("/oma-sivu")
        riikka.page.get_by_label("Sähköpostiosoite").fill(RIIKKA)
        riikka.press("Lähetä kirjautumisviesti")
        riikka.see("Osoitteella @kumppanuus.example kirjaudutaan Alue-tunnuksilla.")
        riikka.hold()
        riikka.press("Kirjaudu Alue-tunnuksilla")
        if not java_script:
            riikka.see("Alue-tunnuksesi on tarkistettu.")
            riikka.press("Kirjaudu")
        riikka.see("Kirjaudut Alue-tunnuksilla.")
        riikka.hold()
        riikka.page.go_back()  # past the way there, which nobody comes to twice
        riikka.page.wait_for_url(f"{site.server.url}/")
        riikka.sign_out()
        riikka.see("Alue-tunnuksesi ovat vielä auki muualla.")
