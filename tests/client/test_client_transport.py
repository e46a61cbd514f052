"""What the client does when nobody answers, or somebody who cannot be trusted."""

import shutil
import socket
import ssl
import subprocess
import sys
import threading
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


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as opened:
                    heard.append(opened.recv(1000))
            except (ssl.SSLError, OSError):
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"https://localhost:{listening.getsockname()[1]}"
        client = Deungdae(url, token="dgd_x", pauses=())
        with client, pytest.raises(NotReachable, match="CERTIFICATE_VERIFY_FAILED"):
            client.me()
        thread.join()
    assert b"".join(heard) == b""


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
