"""The standards' own validators, each in a process of its own: they warn, and take their time to import."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_OCEL = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pm4py
from pm4py.objects.ocel.validation import jsonocel, ocel20_rel_validation

path, schema = sys.argv[1:]
if path.endswith(".sqlite"):
    broken = list(ocel20_rel_validation.apply(path)[1])
else:
    broken = [] if jsonocel.apply(path, schema) else ["the schema"]
found = {"broken": broken}
if not broken:
    log = pm4py.read_ocel2(path)
    net = pm4py.discover_oc_petri_net(log)
    graph = pm4py.discover_ocdfg(log)
    found |= {
        "events": len(log.events),
        "objects": log.objects["ocel:type"].value_counts().to_dict(),
        "relations": len(log.relations),
        "changes": len(log.object_changes),
        "between_objects": len(log.o2o),
        "activities": sorted(graph["activities"]),
        "nets": sorted(net["petri_nets"]),
    }
print("found:" + json.dumps(found))
"""


def _ran(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def of_data_package(file: Path) -> set[str]:
    """The kinds of faults that Frictionless finds in a data package and its files."""
    told = _ran(sys.executable, "-m", "frictionless", "validate", file.name, "--json", cwd=file.parent)
    report = json.loads(told.stdout)
    faults = [*report["errors"], *(error for task in report["tasks"] for error in task["errors"])]
    assert report["valid"] == (not faults)
    return {fault["type"] for fault in faults}


def of_data_contract(file: Path, server: str) -> tuple[bool, list[str]]:
    """Whether a contract is well formed, and the checks that the files of a server fail, by the datacontract CLI."""
    cli = str(Path(sys.executable).with_name("datacontract"))
    lint = _ran(cli, "lint", file.name, cwd=file.parent)
    report = file.with_name("report.json")
    _ran(
        cli, "test", "--server", server, "--output-format", "json", "--output", report.name, file.name, cwd=file.parent
    )
    checks = json.loads(report.read_text("utf-8"))["checks"]
    report.unlink()
    assert checks
    return lint.returncode == 0, [check["name"] for check in checks if check["result"] in ("failed", "error")]


def of_ocel(file: Path, schema: Path) -> dict[str, Any]:
    """Which rules a log breaks by pm4py, and what pm4py reads and discovers where there are none."""
    told = _ran(sys.executable, "-c", _OCEL, str(file), str(schema), cwd=file.parent)
    lines = [line for line in told.stdout.splitlines() if line.startswith("found:")]
    assert lines, told.stderr
    found: dict[str, Any] = json.loads(lines[-1].removeprefix("found:"))
    return found
