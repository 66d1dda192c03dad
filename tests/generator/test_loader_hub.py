"""A hub id is fetched because the user named it: the index first, then safetensors only. The hub here is a loopback."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SCRIPT = """
import sys
from sealreel.errors import SealreelError
from sealreel.generator.loader import load_pipeline
for model in sys.argv[1:]:
    try: print(load_pipeline(model, device="cpu").keywords.pipeline, flush=True)
    except SealreelError as error: print(type(error).__name__, flush=True)
"""


class Hub(ThreadingHTTPServer):
    """The two routes of the hub's API that a download needs, over directories."""

    def __init__(self, repositories: dict[str, Path]) -> None:
        self.repositories = repositories
        self.fetched: list[str] = []
        super().__init__(("127.0.0.1", 0), _Door)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Door(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        assert isinstance(self.server, Hub)
        path = self.path.partition("?")[0]
        name = next((name for name in self.server.repositories if f"/{name}/" in f"{path}/"), None)
        if name is None:
            self._missing("RepoNotFound")
            return
        home = self.server.repositories[name]
        if path.startswith(f"/api/models/{name}"):
            files = [file.relative_to(home).as_posix() for file in sorted(home.rglob("*")) if file.is_file()]
            tree = [{"type": "file", "path": file, "size": (home / file).stat().st_size, "oid": "0"} for file in files]
            info = {"id": name, "sha": COMMIT, "siblings": [{"rfilename": file} for file in files]}
            self._send(json.dumps(tree if "/tree/" in path else info).encode(), body=body)
            return
        file = path.split("/", 5)[-1]  # /owner/name/resolve/revision/FILE
        if not (home / file).is_file():
            self._missing("EntryNotFound")
            return
        if body:
            self.server.fetched.append(f"{name}/{file}")
        self._send((home / file).read_bytes(), body=body)

    def _missing(self, code: str) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, data: bytes, *, body: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            self.wfile.write(data)


@pytest.fixture
def hub(models: Callable[[str], Path], copy_of: Callable[[str], Path]) -> Iterator[Hub]:
    """Serve a video pipeline that also has pickles, and one that makes pictures."""
    video = copy_of("ltx")
    (video / "vae" / "diffusion_pytorch_model.bin").write_bytes(b"not for you")
    server = Hub({"sealreel-tests/video": video, "sealreel-tests/still": models("still")})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_hub_id_is_fetched_index_first_and_safetensors_only(hub: Hub, tmp_path: Path) -> None:
    names = ["sealreel-tests/video", "sealreel-tests/still", "sealreel-tests/none"]
    settings = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "cache"), "HF_HUB_DISABLE_XET": "1"}

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *names],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | settings,
    )

    assert done.stdout.split() == ["LTXPipeline", "NotAVideoModel", "ModelUnavailable"]
    assert hub.fetched[0] == "sealreel-tests/video/model_index.json"
    assert "sealreel-tests/video/transformer/diffusion_pytorch_model.safetensors" in hub.fetched
    assert not any(file.endswith(".bin") for file in hub.fetched)
    assert [file for file in hub.fetched if "still" in file] == ["sealreel-tests/still/model_index.json"]
