"""What is known of the packages is told as it is: weak, not weak, or not answered."""

import json

import pytest

from tests.machine import advisories
from tests.machine.advisories import Answer, of_npm_audit, of_pip_audit

WEAK = {
    "dependencies": [
        {"name": "fine", "version": "1.0", "vulns": []},
        {"name": "old", "version": "0.1", "vulns": [{"id": "PYSEC-1"}, {"id": "X-2"}]},
        {"name": "elsewhere", "skip_reason": "not found"},
    ]
}


def test_each_weakness_is_named_and_what_was_skipped_is_counted():
    answer = of_pip_audit(json.dumps(WEAK))
    assert answer == Answer(("old 0.1: PYSEC-1", "old 0.1: X-2"), unknown=1, asked=3)
    assert answer.told("Python") == (
        "Python: 2 known weaknesses; 2 of 3 packages were answered for"
    )


def test_a_report_of_npm_without_a_weakness_answers_for_all():
    answer = of_npm_audit('{"vulnerabilities": {}}', 30)
    assert answer == Answer((), unknown=0, asked=30)


def test_npm_names_the_weak_with_how_grave_it_is():
    report = {"vulnerabilities": {"left-pad": {"severity": "high"}}}
    assert of_npm_audit(json.dumps(report), 30).weak == ("left-pad: high",)


@pytest.mark.parametrize("said", ["", '{"statusCode": 405, "message": "no"}'])
def test_an_index_that_does_not_answer_is_no_clean_bill(said: str):
    answer = of_npm_audit(said, 30)
    assert answer.unknown == 30
    assert "0 of 30 packages were answered for" in answer.told("npm")


@pytest.mark.parametrize(("weak", "code"), [((), 0), (("old: X-1",), 1)])
def test_a_known_weakness_fails_and_one_unknown_does_not(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    weak: tuple[str, ...],
    code: int,
):
    found = {"npm": Answer(weak, 0, 3), "Python": Answer((), 5, 5)}
    monkeypatch.setattr(advisories, "ask", lambda: found)
    assert advisories.main() == code
    said = capsys.readouterr()
    assert "Python: no known weaknesses; 0 of 5" in said.out
    assert said.err.splitlines() == list(weak)
