"""Network namespaces, wires and bridges, for the interop tests and the throughput figures.

Everything has this process's number in its name, only what was started here is ended, and all of it is
gone when the program ends, however it ends.
"""
import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NETSTEP = os.path.abspath(os.environ.get("NETSTEP", os.path.join(HERE, "../../build/netstep")))


def missing(tools=()):
    """Why nothing can be tested here; None: it can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    absent = [tool for tool in ("ip", *tools) if not shutil.which(tool)]
    if absent:
        return "not installed: " + ", ".join(absent)
    probe = f"nt{os.getpid()}probe"
    if subprocess.run(["ip", "netns", "add", probe], capture_output=True).returncode:
        return "this machine lets nobody make network namespaces"
    subprocess.run(["ip", "netns", "del", probe], capture_output=True)
    return None


class Bridge:
    """A running `netstep bridge`."""

    def __init__(self, net, process):
        self.net, self.process, self.summary = net, process, None

    def stop(self, how=signal.SIGTERM):
        """Its summary, and its exit status in self.status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        out, self.errors = self.process.communicate(timeout=20)
        self.status = self.process.returncode
        last = out.strip().split("\n")[-1]
        self.summary = json.loads(last) if last.startswith("{") else None
        return self.summary


class Net:
    def __init__(self):
        self.prefix = f"nt{os.getpid()}"
        self.spaces, self.processes = [], []
        self.folder = tempfile.mkdtemp(prefix="netstep-interop-")
        os.chmod(self.folder, 0o755)
        atexit.register(self.close)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit(1))

    def file(self, name, content=b""):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(path, 0o644)
        return path

    def command(self, space, words):
        return ["ip", "netns", "exec", self.prefix + space, *map(str, words)]

    def run(self, space, *words, timeout=30, **more):
        """Runs to its end: the result of subprocess.run with text in stdout."""
        try:
            return subprocess.run(self.command(space, words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", timeout=timeout, **more)
        except subprocess.TimeoutExpired as late:
            said = late.stdout if isinstance(late.stdout, str) else (late.stdout or b"").decode(errors="replace")
            return subprocess.CompletedProcess(words, 124, said + "\n(took too long)", None)

    def must(self, space, *words):
        result = self.run(space, *words)
        if result.returncode:
            raise RuntimeError(f"{' '.join(map(str, words))}: {result.stdout}")
        return result.stdout

    def start(self, space, *words, **more):
        more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "errors": "replace", **more}
        process = subprocess.Popen(self.command(space, words), **more)
        self.processes.append(process)
        return process

    def space(self, name):
        subprocess.run(["ip", "netns", "add", self.prefix + name], check=True)
        self.spaces.append(name)
        self.must(name, "ip", "link", "set", "lo", "up")

    def up(self, space, device, address=None):
        if address:
            self.must(space, "ip", "addr", "add", address, "brd", "+", "dev", device)
        self.must(space, "ip", "link", "set", device, "up")

    def tap(self, space, device, address=None):
        self.must(space, "ip", "tuntap", "add", "dev", device, "mode", "tap")
        self.up(space, device, address)

    def veth(self, a, device_a, address_a, b, device_b, address_b):
        """A cable whose frames are as they would be on a wire: no offloads."""
        subprocess.run(["ip", "link", "add", device_a, "netns", self.prefix + a, "type", "veth", "peer", "name",
                        device_b, "netns", self.prefix + b], check=True)
        for space, device, address in ((a, device_a, address_a), (b, device_b, address_b)):
            self.run(space, "ethtool", "-K", device, "rx", "off", "tx", "off", "tso", "off", "gso", "off", "gro", "off")
            self.up(space, device, address)

    def bridge(self, space, scenario, *options):
        """`options` as on the command line, --attach included; back when it is ready to take frames."""
        process = self.start(space, NETSTEP, "bridge", scenario, *options)
        time.sleep(0.3)
        return Bridge(self, process)

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
        for name in self.spaces:
            subprocess.run(["ip", "netns", "del", self.prefix + name], capture_output=True)
        self.spaces, self.processes = [], []
        shutil.rmtree(self.folder, ignore_errors=True)
