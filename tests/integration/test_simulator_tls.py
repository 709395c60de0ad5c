"""The simulator behind TLS: a certificate that is right, and the three ways it is wrong."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from rezoom import ConfigError, NotSentError
from rezoom.simulator import Fault, SimClock, Simulator

pytestmark = pytest.mark.smoke

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Make a CA of our own."""
    return trustme.CA()


def server(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA) -> Iterator[httpx.Client]:
    """Give a client that trusts that CA and no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    with httpx.Client(verify=context) as client:
        yield client


def test_https_with_a_certificate_the_client_trusts(
    authority: trustme.CA, trusting: httpx.Client
) -> None:
    """Every address is https, and an update arrives."""
    with (
        Simulator(tls=server(authority.issue_cert("127.0.0.1")), meetings=[{"id": 7}]) as sim,
        sim.zoom(http=trusting) as zoom,
    ):
        zoom.update(7, topic="over TLS")
        assert sim.meeting(7)["topic"] == "over TLS"
        assert all(
            sim.env()[name].startswith("https://127.0.0.1:")
            for name in ("ZOOM_API_URL", "ZOOM_OAUTH_URL")
        )


def test_https_from_files(authority: trustme.CA, trusting: httpx.Client, tmp_path: Path) -> None:
    """A chain and a key in PEM, as a server has them."""
    certificate = authority.issue_cert("localhost")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(chain)
    certificate.private_key_pem.write_to_path(key)
    with Simulator(tls=(chain, key), host="localhost", meetings=[{"id": 7}]) as sim:
        assert sim.url.startswith("https://localhost:")
        assert trusting.get(f"{sim.url}/meetings/7").status_code == 401


def unknown_ca(authority: trustme.CA) -> trustme.LeafCert:
    return trustme.CA().issue_cert("127.0.0.1")


def wrong_host(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("zoom.example")


def expired(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1))


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [(unknown_ca, "unable to get"), (wrong_host, "mismatch"), (expired, "expired")],
)
def test_a_certificate_that_is_wrong(
    authority: trustme.CA, trusting: httpx.Client, certificate: Any, reason: str
) -> None:
    """Nothing left, so nothing is spent; the error says what is wrong with the certificate."""
    with (
        Simulator(tls=server(certificate(authority)), clock=SimClock(NOW)) as sim,
        sim.zoom(http=trusting) as zoom,
    ):
        with pytest.raises(NotSentError, match=reason) as caught:
            zoom.update(7, topic="x")
        assert caught.value.sent is False
        gauge = zoom.quota(7).meeting
        assert gauge is not None
        assert (gauge.used, gauge.unknown, sim.requests) == (0, 0, ())


@pytest.mark.parametrize("kind", ["reset", "truncated", "bad-chunk", "garbage", "close"])
def test_faults_happen_below_tls_too(
    authority: trustme.CA, trusting: httpx.Client, kind: str
) -> None:
    """The line is cut, or the bytes are broken, inside the encrypted connection."""
    with Simulator(
        tls=server(authority.issue_cert("127.0.0.1")), faults=[Fault(kind)], meetings=[{"id": 7}]
    ) as sim:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            trusting.get(f"{sim.url}/meetings/7")
        assert trusting.get(f"{sim.url}/meetings/7").status_code == 401


def test_a_client_that_speaks_no_tls_is_turned_away(authority: trustme.CA) -> None:
    """And the simulator lives on."""
    with Simulator(tls=server(authority.issue_cert("127.0.0.1"))) as sim:
        plain = sim.url.replace("https", "http")
        with pytest.raises(httpx.TransportError):
            httpx.get(plain)
        assert sim.requests == ()


@pytest.mark.parametrize("tls", [("none.pem", "none.pem"), ("only-one.pem",), 5])
def test_a_certificate_that_cannot_be_used_is_explained(tls: Any) -> None:
    """It is refused before anything listens."""
    with pytest.raises(ConfigError, match="tls: ") as caught:
        Simulator(tls=tls)
    assert (caught.value.field, "PEM" in caught.value.next_step) == ("tls", True)
