"""Files of clues that the commands of matching read: a bad line is named, with its field, and never quoted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clue_service.main import main
from clue_service.matching.clue_files import read_clues
from typer import BadParameter
from typer.testing import CliRunner

GOOD: dict[str, Any] = {"id": "a", "received_on": "2024-05-01", "allegations": [{"text": "张某收礼"}]}
SECRET = "不可外泄"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """``write(line, …)`` → a file of these lines: text, bytes, or an object."""

    def to_file(*lines: Any) -> Path:
        def raw(line: Any) -> bytes:
            if isinstance(line, bytes):
                return line
            return (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)).encode()

        file = tmp_path / "clues.jsonl"
        file.write_bytes(b"\n".join(map(raw, lines)) + b"\n")
        return file

    return to_file


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("{" + SECRET, "line 3 is no JSON", id="no JSON"),
        pytest.param(f'["{SECRET}"]', "line 3 is no clue", id="no object"),
        pytest.param("null", "line 3 is no clue", id="null"),
        pytest.param({"received_on": "2024-05-01", "allegations": []}, "(id: Field required)", id="no id"),
        pytest.param(GOOD | {"received_on": SECRET}, "(received_on: should be a day like 2026-01-31)", id="no day"),
        pytest.param(GOOD | {"received_on": 20240501}, "(received_on: should be a day", id="a number for a day"),
        pytest.param(GOOD | {"allegations": SECRET}, "(allegations: Input should be a valid list)", id="no list"),
        pytest.param(GOOD | {"allegations": [SECRET]}, "(allegations.0: Input should", id="no allegation"),
        pytest.param(GOOD | {"allegations": [{"text": 5}]}, "(allegations.0.text: Input should", id="no text"),
        pytest.param(GOOD | {"subjects": [SECRET]}, "(subjects.0: Input should", id="no subject"),
        pytest.param(
            GOOD | {"allegations": [{"text": "t", "amount_cny": "五万"}]}, "(allegations.0.amount_cny:", id="no sum"
        ),
        pytest.param(GOOD | {"matter_ids": SECRET}, "(matter_ids: Input should", id="no matters"),
        pytest.param(GOOD, "line 3 has the id of line 1", id="an id once more"),
        pytest.param(b"\xff\xfe\x00", "the file is not UTF-8", id="not UTF-8"),
    ],
)
def test_a_bad_line_is_named_and_not_quoted(write: Write, line: Any, said: str) -> None:
    file = write(GOOD, "", line)
    with pytest.raises(BadParameter) as refused:
        read_clues(file)
    assert said in refused.value.message
    assert SECRET not in refused.value.message


@pytest.mark.parametrize("command", ["evaluate-matching", "fit-matching"])
def test_the_commands_end_with_the_message_and_no_traceback(write: Write, command: str) -> None:
    result = CliRunner().invoke(main, [command, str(write(GOOD | {"received_on": "May"}))])
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert "line 1 is no clue" in result.stderr


def test_what_unicode_calls_a_lines_end_stays_within_its_letter(write: Write) -> None:
    text = "第一行\u2028第二行\u0085第三行第四行"
    file = write(b"\xef\xbb\xbf" + json.dumps(GOOD | {"allegations": [{"text": text}]}, ensure_ascii=False).encode())
    assert [body["allegations"][0]["text"] for body in read_clues(file)] == [text]
