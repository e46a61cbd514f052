"""What the client does when nobody answers, or somebody who cannot be trusted."""

import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deungdae.client import Deungdae, NotReachable
from deungdae.client.errors import ApiError, Invalid, ServerError, WrongOffset, from_answer


def test_nobody_there_is_said_after_a_few_tries() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = Deungdae(f"http://127.0.0.1:{port}", token="dgd_x", pauses=(0.01, 0.01))
    with client, pytest.raises(NotReachable, match=rf"http://127\.0\.0\.1:{port} cannot"):
        client.me()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of localhost that nobody vouches for, with its key in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    made = tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(made), "-out", str(tmp_path / "public.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    made.write_text(made.read_text() + (tmp_path / "public.pem").read_text())
    return made


@contextmanager
def listening(certificate: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one request over TLS; yields the address and what was heard."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    heard: list[bytes] = []

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as opened:
                heard.append(opened.recv(4000))
                opened.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        except OSError:
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        yield f"https://localhost:{server.getsockname()[1]}", heard
        thread.join()


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    with listening(certificate) as (url, heard):
        client = Deungdae(url, token="dgd_x", pauses=())
        with client, pytest.raises(NotReachable, match="CERTIFICATE_VERIFY_FAILED"):
            client.me()
    assert b"".join(heard) == b"", "the key was not sent"


def test_a_certificate_of_ones_own_authority_can_be_trusted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("public.pem")))
    with listening(certificate) as (url, heard), Deungdae(url, token="dgd_x") as client:
        assert client.me() == {}
    assert b"Authorization: Bearer dgd_x" in heard[0].replace(b"authorization", b"Authorization")


@pytest.mark.parametrize(
    "url", ["deungdae.example", "ftp://deungdae.example", "http://deungdae.example", "https://"]
)
def test_an_address_to_which_no_key_may_go_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"address of a server|over HTTPS only"):
        Deungdae(url, token="dgd_x")


def test_an_answer_becomes_the_error_that_it_tells() -> None:
    told = {"error": {"code": "wrong_offset", "message": "Go on.", "details": {"offset": 7}}}
    error = from_answer(409, told)
    assert isinstance(error, WrongOffset)
    assert (error.status, error.details["offset"], str(error)) == (409, 7, "Go on.")
    assert isinstance(from_answer(422, {}), Invalid)
    assert isinstance(from_answer(502, None), ServerError)
    assert type(from_answer(418, None)) is ApiError


def test_the_client_loads_no_other_part_of_the_program() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import deungdae.client, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    parts = {name.split(".")[1] for name in loaded if name.startswith("deungdae.")}
    assert parts == {"client"}
    assert not {"django", "pyarrow", "pandas", "numpy"} & set(loaded)
