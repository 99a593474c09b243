"""Names with quotes, colons, per cent signs and emoji, in the descriptors of standards."""

import json
from pathlib import Path

import pytest
import yaml

from simulation.exports.standards.exporting import export
from simulation.log import OBSERVABLE_FILE, read_log
from tests.exports.standards import validators
from tests.exports.standards.test_exporting import SCHEMA


def test_frictionless_finds_the_files_as_the_package_says(odd_run: Path) -> None:
    package = export(odd_run, "frictionless", odd_run.parent / "datapackage.json")
    assert validators.of_data_package(package) == set()
    resources = {one["name"]: one["schema"]["fields"] for one in json.loads(package.read_text("utf-8"))["resources"]}
    (subject,) = [field for field in resources["sessions"] if field["name"] == "subject"]
    assert tuple(subject["constraints"]["enum"]) == read_log(odd_run / OBSERVABLE_FILE).metadata.vocabulary.subjects


def test_the_open_data_contract_allows_the_names_of_the_run(odd_run: Path, tmp_path: Path) -> None:
    document = yaml.safe_load(export(odd_run, "odcs", tmp_path / "contract.yaml").read_text("utf-8"))
    (students,) = [one for one in document["schema"] if one["name"] == "students"]
    (grade,) = [one for one in students["properties"] if one["name"] == "grade_level"]
    assert grade["quality"][0]["arguments"] == {"validValues": ["Grown-ups' club", ":x %s"]}


@pytest.mark.parametrize("name", ["ocel-json", "ocel-sqlite"])
def test_pm4py_reads_the_log(odd_run: Path, tmp_path: Path, name: str) -> None:
    suffix = {"ocel-json": "jsonocel", "ocel-sqlite": "sqlite"}[name]
    assert validators.of_ocel(export(odd_run, name, tmp_path / f"log.{suffix}"), SCHEMA)["broken"] == []
