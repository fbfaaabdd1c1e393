#!/usr/bin/env python3
"""Which line fulfils each requirement of RFC 9293, and which test shows it.

    tests/requirements.py            the whole table, as Markdown
    tests/requirements.py --check    only what is missing; silent when nothing is (make check)

Each of the 119 ids (requirements/rfc9293.tsv) stands as a tag, "MUST-36", beside the line of the
engine that fulfils it, and each MUST and SHOULD in a test: in a packet script, or in front of or
inside a test function. Where there is none, the table says why.
"""
import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TAG = re.compile(r"\b(?:MUST|SHLD|MAY|REC)-\d+\b")
FUNCTION = re.compile(r"^(?:static )?[a-z][\w *]*?\b(\w+)\((?!.*;$)", re.M)
TEST = re.compile(r"^static void (\w+)\(void \*\*", re.M)


def files(*globs):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *globs], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.split()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def name_of(text, at, pattern):
    """The function that a tag belongs to: the one whose body it is in, else the next one."""
    before = list(pattern.finditer(text, 0, at))
    if before and "\n}\n" not in text[before[-1].start():at]:
        return before[-1].group(1)
    after = pattern.search(text, at)
    return after.group(1) if after else None


def tags(paths, pattern):
    found = collections.defaultdict(list)
    for path in paths:
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT).as_posix()
        for tag in TAG.finditer(text):
            function = name_of(text, tag.start(), pattern) if path.suffix == ".c" else None
            if path.suffix == ".c" and pattern is TEST and function is None:
                continue
            place = f"{name}: {function}" if function else name
            if place not in found[tag.group()]:
                found[tag.group()].append(place)
    return found


def rows():
    lines = (ROOT / "tests/requirements/rfc9293.tsv").read_text(encoding="utf-8").splitlines()
    lines = [line.split("\t") for line in lines if not line.startswith("#")]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def problems(row, code, tests):
    wants_test = not row["level"].startswith("MAY")
    if not code and not row["no_code"]:
        yield "no line of engine/ carries its tag, and no_code gives no reason"
    if code and row["no_code"]:
        yield "a line carries its tag, so no_code must be empty"
    if wants_test and not tests and not row["no_test"]:
        yield "no test carries its tag, and no_test gives no reason"
    if tests and row["no_test"]:
        yield "a test carries its tag, so no_test must be empty"


def main():
    code = tags(files("engine/*.c", "engine/*.h", "engine/*/*.c", "engine/*/*.h"), FUNCTION)
    tests = tags(files("tests/*/test_*.c", "tests/scripts/tcp/*.test"), TEST)
    table = rows()
    missing = [f'{row["id"]} ({row["what"]}): {problem}' for row in table
               for problem in problems(row, code[row["id"]], tests[row["id"]])]
    known = {row["id"] for row in table}
    missing += [f"{tag}: no such requirement" for tag in sorted({*code, *tests} - known)
                if code[tag] or tests[tag]]
    if "--check" in sys.argv:
        print(*missing, sep="\n") if missing else None
        return 1 if missing else 0
    print("| id | level | what | where | test |\n|---|---|---|---|---|")
    for row in table:
        where = "; ".join(code[row["id"]]) or row["no_code"] or "MISSING"
        test = "; ".join(tests[row["id"]]) or row["no_test"] or \
            ("" if row["level"].startswith("MAY") else "MISSING")
        print(f'| {row["id"]} | {row["level"]} | {row["what"]} | {where} | {test} |')
    for prefix in ("MUST", "SHLD", "REC", "MAY"):
        some = [row["id"] for row in table if row["id"].startswith(prefix)]
        print(f"\n{prefix}: {len(some)} ids, {sum(bool(code[i]) for i in some)} in the code, "
              f"{sum(bool(tests[i]) for i in some)} with a test")
    return 0


if __name__ == "__main__":
    sys.exit(main())
