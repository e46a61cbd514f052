"""The client against a real server and a real worker, from a file to its report."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deungdae.client import (
    Failed,
    NotAllowed,
    NotAuthorised,
    NotFound,
    Refused,
    Result,
    TimedOut,
    Unusable,
    uploading,
)

Table = Callable[..., Path]


@pytest.fixture(scope="module")
def told() -> list[tuple[str, float]]:
    """The progress that was told of `result`."""
    return []


@pytest.fixture(scope="module")
def result(
    server: Any, table: Table, told: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Result]:
    """One analysis; the tests below look at it."""
    file = table(tmp_path_factory.mktemp("table") / "february.csv", seed=11)
    with server.client() as client:
        yield client.analyse(
            file, target="result", bad=["NG"], progress=lambda *step: told.append(step), wait=120
        )


def test_the_planted_cause_is_found(result: Result) -> None:
    assert result.verdicts == [({}, "clear")]
    assert [cause["columns"] for cause in result.findings()] == [["temperature"]]
    assert result.document["input"]["rows_read"] == 500
    assert "temperature" in result.answer
    assert result.figures["strata"]
    assert result.comparison is None


def test_progress_is_told_from_sending_to_the_end(
    result: Result, told: list[tuple[str, float]]
) -> None:
    steps = [step for step, _share in told]
    assert steps[:2] == ["sending", "sending"]
    assert len(set(steps)) > 2
    assert all(0 <= share <= 1 for _step, share in told)


@pytest.mark.parametrize(
    ("name", "begin"), [("a.html", b"<!doctype html>"), ("a.pdf", b"%PDF-"), ("a.xlsx", b"PK")]
)
def test_the_report_is_saved_as_its_name_says(
    result: Result, tmp_path: Path, name: str, begin: bytes
) -> None:
    saved = result.save(tmp_path / name)
    assert saved.read_bytes()[: len(begin)].lower() == begin.lower()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_report_is_saved_in_the_language_asked_for(result: Result, tmp_path: Path) -> None:
    assert 'lang="ko"' in result.save(tmp_path / "k.html", lang="ko").read_text("utf-8")
    assert 'lang="en"' in result.save(tmp_path / "e.html").read_text("utf-8")


def test_a_report_of_another_form_is_refused(result: Result, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a report ends in \.html, \.pdf or \.xlsx"):
        result.save(tmp_path / "report.docx")


def test_findings_become_an_arrow_table(result: Result) -> None:
    found = result.to_arrow()
    assert found.column("columns").to_pylist() == [["temperature"]]
    assert found.column("verdict").to_pylist() == ["clear"]
    assert found.column("n_inside").to_pylist()[0] + found.column("n_outside").to_pylist()[0] == 500


def test_findings_become_a_data_frame(result: Result) -> None:
    pytest.importorskip("pandas", reason="the extra pandas is not installed")
    frame = result.to_pandas()
    assert list(frame["verdict"]) == ["clear"]
    assert frame["risk_ratio"].iloc[0] > 2


def test_the_next_file_of_the_shape_is_compared_with_it(
    result: Result, server: Any, table: Table, tmp_path: Path
) -> None:
    with server.client() as client:
        later = client.analyse(table(tmp_path / "march.csv", seed=12), wait=120)
        changed = later.comparison
    # What was told of the first file was remembered for this one.
    assert later.analysis["options"] == {"target": "result", "bad": ["NG"]}
    assert changed is not None
    assert changed["previous"] == result.id
    assert [line["fate"] for line in changed["findings"]] == ["holds"]


def test_the_example_of_the_documentation_works(
    server: Any, sheet: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "client.md").read_text("utf-8")
    example = page.split("```python\n")[1].split("```")[0]
    example = example.replace("https://deungdae.example", server.url)
    example = example.replace("dgd_…", server.keys["owner@gaon"])
    monkeypatch.chdir(sheet.parent)
    sheet.rename("inspection.csv")
    exec(compile(example, "client.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[-1] == "{} clear"
    assert Path("report.pdf").read_bytes().startswith(b"%PDF-")


def test_lists_go_through_everything(result: Result, server: Any) -> None:
    with server.client() as client:
        assert "february.csv" in [upload["name"] for upload in client.uploads(state="ready")]
        assert result.id in [found["id"] for found in client.analyses(verdict="clear")]
        assert result.id not in [found["id"] for found in client.analyses(state="open")]
        assert client.result(result.id).answer == result.answer


def test_a_viewer_reads_and_does_not_send(result: Result, server: Any, sheet: Path) -> None:
    with server.client("viewer@gaon") as client:
        assert client.result(result.id).verdicts == [({}, "clear")]
        with pytest.raises(NotAllowed, match="Your role in this company does not allow this"):
            client.upload(sheet)


def test_another_company_finds_nothing(result: Result, server: Any, tmp_path: Path) -> None:
    with server.client("owner@nuri") as client:
        assert list(client.analyses()) == []
        with pytest.raises(NotFound, match="There is nothing here"):
            client.result(result.id)


def test_a_revoked_key_opens_nothing(server: Any) -> None:
    with server.client("revoked") as client, pytest.raises(NotAuthorised) as error:
        client.me()
    assert error.value.code == "unauthorised"


def test_messages_come_in_the_language_asked_for(server: Any) -> None:
    with server.client(language="ko") as client, pytest.raises(NotFound, match="아무것도 없습니다"):
        client.get_analysis("00000000-0000-4000-8000-000000000000")


def test_without_a_language_messages_come_in_that_of_the_keys_person(server: Any) -> None:
    for who, sentence in (("owner@gaon", "아무것도 없습니다"), ("viewer@gaon", "nothing here")):
        with server.client(who, language=None) as client, pytest.raises(NotFound, match=sentence):
            client.get_analysis("00000000-0000-4000-8000-000000000000")


def test_a_file_is_sent_in_pieces_and_goes_on_after_a_break(
    server: Any, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "PIECE", 5000)
    content = sheet.read_bytes()
    with server.client() as client:
        begun = client._transport.json(
            "POST", "/uploads", json={"name": sheet.name, "size": len(content)}
        )
        # Half a piece arrives, then the program that sends it is gone.
        httpx.patch(
            f"{server.url}api/v1/uploads/{begun['id']}/content",
            content=content[:2500],
            headers={"Authorization": f"Bearer {server.keys['owner@gaon']}", "Upload-Offset": "0"},
        ).raise_for_status()
        shares: list[float] = []
        sent = client.upload(
            sheet, resume=begun["id"], progress=lambda _step, share: shares.append(share)
        )
        assert sent["id"] == begun["id"]
        assert shares[0] == 2500 / len(content)
        assert len(shares) == -(-(len(content) - 2500) // 5000) + 1
        read = client._read(sent, lambda _step, _share: None, None)
    assert read["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_server_that_is_killed_in_the_middle_of_a_file_loses_nothing(
    server: Any, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "PIECE", 5000)
    shares: list[float] = []

    def kill_once(_step: str, share: float) -> None:
        shares.append(share)
        if len(shares) == 3:
            server.web.kill()
            server.web.wait()
            server.serve(int(server.url.rstrip("/").rpartition(":")[2]))

    with server.client() as client:
        sent = client.upload(sheet, progress=kill_once)
        read = client._read(sent, lambda _step, _share: None, None)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert read["sha256"] == hashlib.sha256(sheet.read_bytes()).hexdigest()


def test_a_file_that_is_no_table_says_why(server: Any, tmp_path: Path) -> None:
    picture = tmp_path / "photo.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    with server.client() as client, pytest.raises(Unusable) as error:
        client.analyse(picture, wait=120)
    assert len(str(error.value)) > 20


def test_a_name_that_the_file_lacks_is_refused(server: Any, sheet: Path) -> None:
    with server.client() as client, pytest.raises(Refused, match="holds nothing of that name"):
        client.analyse(sheet, target="no such column", wait=120)


def test_work_that_was_stopped_says_so(server: Any, sheet: Path) -> None:
    with server.client() as client:
        sent = client.upload(sheet)
        client._read(sent, lambda _step, _share: None, None)
        started = client.start(sent["id"])
        client.cancel(started["id"])
        with pytest.raises(Failed):
            client.wait(started["id"])


def test_waiting_ends_when_its_time_is_over(server: Any, sheet: Path) -> None:
    with server.client() as client, pytest.raises(TimedOut, match="the work on the server goes on"):
        client.analyse(sheet, wait=0.5)
