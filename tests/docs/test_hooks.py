"""The hooks at a commit run what the checks run, with the tools of the environment."""

import yaml

from tests.documents import read

HOOKS = [hook for repo in yaml.safe_load(read(".pre-commit-config.yaml"))["repos"] for hook in repo["hooks"]]


def test_hooks_are_this_project_s_own_and_fetch_nothing() -> None:
    assert all(hook["language"] == "system" for hook in HOOKS)
    assert all(repo["repo"] == "local" for repo in yaml.safe_load(read(".pre-commit-config.yaml"))["repos"])


def test_a_hook_checks_what_is_checked_in_the_end() -> None:
    of_tests = "python -m pytest -q tests/docs"
    assert [hook["entry"] for hook in HOOKS if f".venv/bin/{hook['entry']}" not in read(".ci/run")] == [of_tests]
