"""The third-party files of the pages come from npm by a lockfile that names no address, and are built when stale."""

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "app" / "static" / "vendor"
PROMISED = {"tabler.css", "tabler.js", "htmx.js", "tom-select.css", "tom-select.js", "sortable.js", "echarts.js",
            "fullcalendar.js", "fullcalendar-zh.js", "icons.svg"}


@pytest.fixture
def build():
    """The module frontend/build.py, fresh for every test."""
    spec = importlib.util.spec_from_file_location("frontend_build", ROOT / "frontend" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def manifest():
    return json.loads((VENDOR / "manifest.json").read_text("utf-8"))


@pytest.fixture
def built(build, tmp_path):
    """A folder as the build leaves it, without building."""
    folder = tmp_path / "vendor"
    folder.mkdir()
    (folder / "a.1.js").write_text("a")
    (folder / "manifest.json").write_text('{"a.js": "a.1.js"}')
    (folder / "built-from").write_text(build.fingerprint())
    return folder


def test_every_file_of_the_pages_is_there_under_its_hash(manifest):
    assert set(manifest) == PROMISED
    for name, file in manifest.items():
        stem, _, extension = name.rpartition(".")
        content = (VENDOR / file).read_bytes()
        assert file == f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{extension}"


def test_no_file_loads_another_from_elsewhere(manifest):
    for file in manifest.values():
        text = (VENDOR / file).read_text("utf-8")
        assert "sourceMappingURL" not in text
        if file.endswith(".css"):
            assert re.findall(r"@import|url\((?!['\"]?(?:data:|#))", text) == []


DRAW = """
const fs = require("fs"), vm = require("vm");
vm.runInThisContext(fs.readFileSync(process.argv[1], "utf8"));
const drawn = kind => {
  const chart = echarts.init(null, null, {renderer: "svg", ssr: true, width: 400, height: 300});
  const axes = kind === "bar" || kind === "line" ? {xAxis: {type: "category", data: ["a", "b"]}, yAxis: {}} : {};
  const data = [{name: "a", value: 7}, {name: "b", value: 3}];
  chart.setOption({...axes, animation: false, series: [{type: kind, data}]});
  return chart.renderToSVGString().match(/<(path|polygon)/g)?.length ?? 0;
};
console.log(JSON.stringify(Object.fromEntries(process.argv.slice(2).map(kind => [kind, drawn(kind)]))));
process.exit(0);  // the library keeps a timer
"""


def test_the_charts_are_cut_to_the_kinds_that_are_used(manifest, build):
    library = VENDOR / manifest["echarts.js"]
    node, _npm = build.node_on_path() or build.node_of_pip()
    said = subprocess.run([node, "-e", DRAW, library, "bar", "line", "pie", "funnel", "gauge"], capture_output=True,
                          text=True, check=True, timeout=60).stdout
    shapes = json.loads(said.splitlines()[-1])
    assert all(shapes[kind] >= 2 for kind in ("bar", "line", "pie", "funnel"))
    assert shapes["gauge"] == 0
    assert library.stat().st_size < 700_000


def test_the_versions_are_exact_and_the_lockfile_has_them():
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert lock[f"node_modules/{name}"]["version"] == version


def test_the_lockfile_has_checksums_and_no_addresses():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    assert [name for name, entry in lock.items() if "resolved" in entry] == []
    assert [name for name, entry in lock.items() if name and not entry.get("integrity")] == []


def test_nothing_third_party_is_committed():
    ignored = subprocess.run(["git", "check-ignore", "node_modules/x", "app/static/vendor/x"], cwd=ROOT,
                             capture_output=True, text=True, check=False).stdout
    assert ignored.split() == ["node_modules/x", "app/static/vendor/x"]


def test_a_complete_folder_of_the_same_inputs_is_fresh(build, built):
    assert build.is_fresh(built)


@pytest.mark.parametrize("fault", [
    lambda folder: (folder / "a.1.js").unlink(),
    lambda folder: (folder / "manifest.json").write_text("{"),
    lambda folder: (folder / "manifest.json").unlink(),
    lambda folder: (folder / "built-from").write_text("something else"),
    shutil.rmtree,
])
def test_an_incomplete_or_older_folder_is_stale(build, built, fault):
    fault(built)
    assert not build.is_fresh(built)


def test_the_lockfile_decides_what_is_fresh(build, built, tmp_path, monkeypatch):
    for name in (".npmrc", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    assert build.is_fresh(built)
    (tmp_path / "package-lock.json").write_text("{}")
    assert not build.is_fresh(built)


def test_nothing_is_started_when_all_is_fresh(build, monkeypatch):
    monkeypatch.setattr(build, "is_fresh", lambda: True)
    monkeypatch.setattr(build, "build", lambda *commands: pytest.fail("built again"))
    build.main()


def test_node_of_pip_serves_where_the_path_has_none(build, monkeypatch):
    calls = []
    monkeypatch.setattr(build, "is_fresh", lambda: False)
    monkeypatch.setattr(build, "node_on_path", lambda: None)
    monkeypatch.setattr(build, "node_of_pip", lambda: ("node", "npm-cli.js"))
    monkeypatch.setattr(build, "build", lambda *commands: calls.append(commands))
    build.main()
    assert calls == [("node", "npm-cli.js")]


@pytest.mark.parametrize(("said", "found"), [("v20.20.2", True), ("v24.1.0", True), ("v18.19.0", False), ("", False)])
def test_an_old_node_on_the_path_is_left_alone(build, tmp_path, monkeypatch, said, found):
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {said}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    expected = (str(tmp_path / "node"), str(tmp_path / "npm")) if found else None
    assert build.node_on_path() == expected


def test_no_node_on_the_path_is_noticed(build, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build.node_on_path() is None


def test_a_build_that_fails_leaves_the_old_files(build, built, monkeypatch):
    def fail(command, **_given):
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(build.subprocess, "run", fail)
    with pytest.raises(subprocess.CalledProcessError):
        build.build("node", "npm", built)
    assert build.is_fresh(built)
