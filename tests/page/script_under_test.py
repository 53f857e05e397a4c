"""verify.py as it lies in the sources, run within the process that asks."""

import contextlib
import io
import pathlib
import runpy
import sys

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "tools/audit/verify.py"
OPTIONS = (("--log-key", "logKey"), ("--report-key", "reportKey"), ("--tsa-ca", "authorities"))


def files_of(root):
    return {path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*")) if path.is_file()}


def run_script(directory, keys):
    """Exit code and text of verify.py."""
    arguments = [str(SCRIPT), str(directory)]
    for option, name in OPTIONS:
        arguments += [option, keys[name]] if keys.get(name) else []
    said, sys.argv = io.StringIO(), arguments
    try:
        with contextlib.redirect_stdout(said):
            runpy.run_path(str(SCRIPT))
    except SystemExit as end:
        return end.code or 0, said.getvalue()
    return None, said.getvalue()
