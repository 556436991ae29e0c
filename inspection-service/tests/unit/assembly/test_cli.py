"""The command line: one JSON object on standard output, faults on standard error."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from inspection_service.assembly.cli import cli as app
from typer.testing import CliRunner

TINY = {
    "roles": ["leader"],
    "labels": [],
    "people": [{"id": "p", "home_unit": 0}, {"id": "q", "home_unit": 0}],
    "home_units": [{"cap": 1, "quota": 1, "over_quota_penalty": 0}],
    "teams": [{"id": "t", "roles": [1], "home_unit_cap": None, "bounds": [], "rewards": []}],
    "eligible": [[0, 0, 0, 4, []], [1, 0, 0, 6, []]],
    "never_together": [],
    "cooperation": None,
}


def test_an_instance_is_answered_with_one_json_object(tmp_path: Path) -> None:
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(TINY))
    result = CliRunner().invoke(app, [str(path), "--time-limit", "30", "--seed", "4"])
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert answer.pop("seconds") >= 0
    assert answer == {
        "status": "optimal",
        "objective": 6,
        "bound": 6,
        "gap": 0.0,
        "is_drawn": True,
        "assignments": [{"person": "q", "team": "t", "role": "leader"}],
        "conflict": [],
        "sentence": None,
    }


def test_an_impossible_instance_is_an_answer_with_conflict_and_sentence(tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    path.write_text(json.dumps({**TINY, "teams": [{**TINY["teams"][0], "roles": [2]}]}))
    result = CliRunner().invoke(app, [str(path)])
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert answer["status"] == "infeasible"
    assert answer["conflict"] == [{"team": "t", "role": "leader"}, {"home_unit": 0}]
    assert "2" in answer["sentence"]


@pytest.mark.parametrize("content", ["{", json.dumps({**TINY, "people": 3})])
def test_a_wrong_instance_is_said_on_standard_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    result = CliRunner().invoke(app, [str(path)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "wrong" in result.stderr


def test_a_file_that_is_not_there_is_said_on_standard_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert "cannot read" in result.stderr


def test_the_command_solves_without_loading_the_service(tmp_path: Path) -> None:
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(TINY))
    program = (
        "import sys\n"
        "from inspection_service.command import main\n"
        f"sys.argv = ['inspection-service', 'solve-instance', {str(path)!r}]\n"
        "try:\n    main()\n"
        "finally:\n    print(*(m for m in ('fastapi', 'sqlalchemy', 'nats') if m in sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["objective"] == 6
    assert done.stderr.strip() == ""
