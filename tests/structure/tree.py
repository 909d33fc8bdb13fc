"""The files that the checks look at: those that git knows or would add; without git all that are there."""

import re
import shutil
import subprocess
from pathlib import Path

MADE = {".git", "build", "build-dev", "build-asan", "build-tsan", "results", "node_modules", "__pycache__"}

SHELL = re.compile(r"#!.*\b(ba|da)?sh\b|# shellcheck shell=")


class Tree:
    """A folder read once: every check asks it for names and texts, so that no file is read twice."""

    def __init__(self, root):
        """Lists the files below `root`; raises CalledProcessError when git cannot say what it knows there."""
        self.root = Path(root)
        by_git = (self.root / ".git").exists() and shutil.which("git")
        self.names = sorted(self._by_git() if by_git else self._by_walking())
        self.names_set = set(self.names)
        self.folders = {parent.as_posix() for name in self.names for parent in Path(name).parents} - {"."}
        self._texts = {}

    def _by_git(self):
        # Who runs the check need not own the checkout: in a container it is root.
        command = ["git", "-c", "safe.directory=*", "-C", self.root, "ls-files", "-coz", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        return {name for name in listed.split("\0") if name and (self.root / name).is_file()}

    def _by_walking(self):
        for path in self.root.rglob("*"):
            inside = path.relative_to(self.root)
            if path.is_file() and not MADE & set(inside.parts):
                yield inside.as_posix()

    def text(self, name):
        """What a file says; nothing where that is no text of UTF-8."""
        if name not in self._texts:
            try:
                self._texts[name] = (self.root / name).read_bytes().decode()
            except UnicodeDecodeError:
                self._texts[name] = ""
        return self._texts[name]

    def ending(self, *endings):
        """The names with one of these endings, in order."""
        return [name for name in self.names if name.endswith(endings)]

    def scripts(self):
        """The shell scripts: by their name, by their first line, or by `# shellcheck shell=` in it."""
        for name in self.names:
            if name.startswith("tests/fuzz/corpus/"):
                continue
            if name.endswith(".sh"):
                yield name
            elif "." not in Path(name).name or name.endswith(".in"):
                first = self.text(name).split("\n", 1)[0]
                if SHELL.match(first):
                    yield name
