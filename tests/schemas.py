#!/usr/bin/env python3
"""The published JSON Schemas against what the program reads and writes.

Every scenario and lesson in the tree is valid by its schema and loads; every line that runs write is
valid by the event schema, down to the key; causes lie before their effects, and only what came from
outside has none; every sentence key has a text in both languages, and the event brings all arguments
that the text names; and what the schema refuses, the program refuses too, with one line and status 2.
"""
import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
NETSTEP = os.environ.get("NETSTEP", "build/netstep")
try:
    from jsonschema import Draft202012Validator as Validator
except ImportError:
    print("schemas: python3-jsonschema is not installed; run .ci/setup.sh test")
    sys.exit(1)

failures = 0
passed = 0


def check(fine, what):
    global failures, passed
    passed += bool(fine)
    if not fine:
        failures += 1
        print("schemas:", what)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def run(*arguments):
    return subprocess.run([NETSTEP, "run", *arguments], capture_output=True, text=True)


schemas = {name: load(f"server/schemas/{name}.schema.json")
           for name in ("scenario", "lesson", "run", "event", "packet")}
for name, schema in schemas.items():
    Validator.check_schema(schema)
validators = {name: Validator(schema) for name, schema in schemas.items()}
# One validator a kind: a oneOf over all of them is slow, and its complaints say nothing.
kinds = {name: Validator({"$defs": schemas["event"]["$defs"], "$ref": f"#/$defs/{name}"})
         for name in schemas["event"]["$defs"]}


texts = {language: {key: text for path in glob.glob(f"engine/text/*.{language}.json")
                    for key, text in load(path).items()} for language in ("en", "zh")}


def said(key, arguments, what):
    """The key has its text, and the arguments fill it."""
    for language, catalogue in texts.items():
        check(key in catalogue, f"{what}: no text {key} in {language}")
        for name in re.findall(r"{(\w+)}", catalogue.get(key, "")):
            check(name in arguments, f"{what}: {key} in {language} wants {name}")


def hello_keys(hello):
    for name in "protocols", "roles":
        yield from (item["title"] for item in hello[name])
    yield from (graph["title"] for graph in hello["graphs"].values())
    for table in hello["tables"].values():
        yield table["title"]
        yield from table["columns"]
    for gauges in hello["gauges"].values():
        for part in gauges["charts"] + gauges["bars"]:
            yield part["title"]
            yield from (zone["title"] for zone in part.get("zones", []))


def valid(validator, value, what):
    error = next(validator.iter_errors(value), None)
    check(error is None, error and f"{what}: {'.'.join(map(str, error.path))}: {error.message[:200]}")


scenarios = sorted(glob.glob("tests/scenarios/*.json")) + sorted(glob.glob("lessons/*/scenario.json"))
for path in scenarios:
    valid(validators["scenario"], load(path), path)
for path in glob.glob("lessons/*/lesson.json"):
    valid(validators["lesson"], load(path), path)

with tempfile.TemporaryDirectory() as folder:
    for n, example in enumerate(schemas["scenario"]["examples"]):
        path = f"{folder}/example{n}.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(example, file)
        scenarios.append(path)

    # What is written.
    for path in scenarios:
        for detail in "story", "full":
            result = run(path, "--events", "-", "--detail", detail, "--until", "8s")
            lines = result.stdout.splitlines()
            check(result.returncode == 0 and len(lines) > 2, f"{path}: {result.stderr}")
            valid(validators["run"], json.loads(lines[-1]), f"{path}: summary")
            valid(kinds["hello"], json.loads(lines[0]), f"{path}: hello")
            for key in hello_keys(json.loads(lines[0])):
                said(key, (), f"{path}: hello")
            ended = set()
            for i, line in enumerate(lines[1:-1][:1500]):
                value = json.loads(line)
                event = value["e"][0]
                valid(kinds["events"] if i == 0 else kinds[event["k"]], value if i == 0 else event,
                      f"{path}: {line[:200]}")
                cause = event["cause"]
                check(event["i"] == i and (cause is None or cause < i), f"{path}: index: {line[:200]}")
                check(cause is not None or event["k"] == "cmd", f"{path}: no cause: {line[:200]}")
                for key in event.get("say"), event.get("why"):
                    if key is not None:
                        said(key, event.get("a", {}), f"{path}: {line[:200]}")
                if event["k"] in ("rx", "lost"):
                    sent = json.loads(lines[1 + cause])["e"][0]
                    check(sent["k"] == "tx" and sent["p"] == event["p"] and sent["l"] == event["l"],
                          f"{path}: cause is not its tx: {line[:200]}")
                    check(cause not in ended, f"{path}: a frame ends twice: {line[:200]}")
                    check(event["k"] == "lost" or sent["rx"] == event["t"],
                          f"{path}: not when it was to arrive: {line[:200]}")
                    ended.add(cause)

    # What is refused: a good scenario with one thing wrong.
    base = load("tests/scenarios/router.json")

    def spoil(path, value):
        spoilt = copy.deepcopy(base)
        at = spoilt
        for key in path[:-1]:
            at = at[key]
        if value is None:
            del at[path[-1]]
        else:
            at[path[-1]] = value
        return spoilt

    spoils = [
        (["netstep"], None), (["netstep"], 2), (["nodes"], []), (["nodes"], {}), (["colour"], 1),
        (["seed"], -1), (["seed"], "7"), (["nodes", 0, "name"], "a b"), (["nodes", 0, "name"], None),
        (["nodes", 0, "name"], ".x"), (["nodes", 0, "kind"], "hots"), (["nodes", 0, "gatway"], "10.0.1.254"),
        (["nodes", 0, "gateway"], "10.0.1"), (["nodes", 0, "x"], 5), (["nodes", 0, "at"], [1]),
        (["nodes", 0, "interfaces", 0, "address"], "10.0.1.1"),
        (["nodes", 0, "interfaces", 0, "address"], "10.0.1.1/33"),
        (["nodes", 0, "interfaces", 0, "mtu"], 20), (["nodes", 2, "sysctl"], []),
        (["nodes", 2, "profile"], "windows"), (["nodes", 1, "routes"], [{"to": "10.9.0.0/16"}]),
        (["nodes", 1, "routes"], [{"via": "10.0.1.1"}]),
        (["nodes", 0, "neighbours"], [{"address": "10.0.1.254", "mac": "2:0:0"}]),
        (["links", 0, "between"], ["client:eth0"]), (["links", 0, "delay"], 10), (["links", 0, "delay"], "10"),
        (["links", 0, "delay"], ["1ms", "2ms", "3ms"]), (["links", 0, "rate"], "fast"),
        (["links", 0, "queue"], 0), (["links", 0, "loss"], "ten"), (["links", 0, "loss"], 0.1),
        (["links", 0, "speed"], "1Mbit"), (["script", 0, "at"], "soon"), (["script", 0, "run"], ""),
        (["script", 0, "on"], None), (["script", 0, "process"], "a b"), (["faults", 0, "do"], "explode"),
        (["faults", 0, "nth"], 0), (["faults", 0, "do"], "delay"), (["faults", 0, "do"], "corrupt"),
        (["faults", 0, "do"], "edit"), (["faults", 0, "do"], "down"), (["limits"], {"connections": 0}),
        (["limits"], {"conections": 1}), (["$schema"], 5), (["nodes", 0, "interfaces", 0, "address"], "10.0.1.1/024"),
        (["faults", 0], {"on": "server-r1", "do": "down", "count": 1}),
        (["faults", 0], {"on": "server-r1", "do": "up", "chance": "1%"}),
    ]
    bad = f"{folder}/bad.json"
    for path, value in spoils:
        spoilt = spoil(path, value)
        with open(bad, "w", encoding="utf-8") as file:
            json.dump(spoilt, file)
        what = f"{path} = {value}"
        check(not validators["scenario"].is_valid(spoilt), f"the schema takes {what}")
        result = run(bad, "--events", f"{folder}/out", "--pcap", f"{folder}/cap")
        lines = result.stderr.splitlines()
        check(result.returncode == 2 and len(lines) == 1 and result.stdout == "",
              f"{what}: status {result.returncode}, {result.stderr!r}")
        check(result.stderr.startswith(f"netstep: {bad}: ") and result.stderr.count(": ") >= 3,
              f"{what}: no place: {result.stderr!r}")
        check(sorted(os.listdir(folder)) == sorted(["bad.json", "example0.json", "example1.json"]),
              f"{what}: files are left: {os.listdir(folder)}")

print(f"schemas: {passed} passed, {failures} failed")
sys.exit(failures > 0)
