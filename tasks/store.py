"""Where the lake's bytes live: a local folder or an S3 prefix, behind the same few operations.

Data moves through pyarrow's file systems; the small conditional writes that commit a manifest go through a
hard link (local) or ``If-None-Match`` / ``If-Match`` (S3, by boto3): of several writers exactly one wins.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

CHUNK_BYTES = 4 << 20


@dataclass(frozen=True)
class Entry:
    """One stored file: its size in bytes, a tag that changes when the bytes do, and when it was written."""

    num_bytes: int
    etag: str
    modified_at: float


class StorageError(ValueError):
    """The lake's storage cannot be read or written; the message says what to mend."""


class Store(Protocol):
    """The operations every storage offers; keys are '/'-separated and relative to the root."""

    uri: str
    remote: bool  # on another machine: what only this one holds is lost with it

    def read(self, key: str) -> bytes | None: ...
    def list(self, prefix: str) -> dict[str, Entry]: ...
    def create(self, key: str, data: bytes) -> bool: ...
    def replace(self, key: str, data: bytes, etag: str) -> bool: ...
    def entry(self, key: str) -> Entry | None: ...
    def put(self, path: Path, key: str) -> None: ...
    def fetch(self, key: str, path: Path) -> None: ...
    def publish(self, folder: Path, prefix: str) -> None: ...
    def workspace(self, prefix: str) -> contextlib.AbstractContextManager[Path]: ...
    def local_path(self, key: str, sha256: str) -> Path: ...
    def sha256(self, key: str) -> str: ...
    def delete(self, keys: Iterable[str]) -> None: ...


def open_store(uri: str) -> Store:
    """Return the storage a URI names: ``s3://bucket/prefix``, ``file:///path`` or a plain path."""
    scheme = urlsplit(uri).scheme
    if scheme == "s3":
        return S3Store(uri)
    if scheme in ("", "file"):
        return LocalStore(Path(urlsplit(uri).path if scheme == "file" else uri))
    raise StorageError(f"lake {uri!r}: unknown scheme {scheme!r}; use a folder or s3://bucket/prefix")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn the operating system's refusals into one line that says what to do."""
    remedies = {
        errno.ENOSPC: "the disk is full; free some space (sportslm lake gc) and run again",
        errno.EDQUOT: "the disk quota is used up; free some space (sportslm lake gc) and run again",
        errno.EACCES: "permission denied; make it readable and writable for this user, or name another lake",
        errno.EPERM: "permission denied; make it readable and writable for this user, or name another lake",
        errno.EROFS: "the file system is read-only; name another lake",
        errno.ENOTDIR: "a part of this path is a file, not a folder; name another lake",
    }
    try:
        yield
    except OSError as error:
        if error.errno in remedies:
            raise StorageError(f"{error.filename or where}: {remedies[error.errno]}") from error
        raise


class LocalStore:
    """A folder. Written files appear under their name only when complete (rename or link)."""

    remote = False

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.uri = str(self.root)

    def _path(self, key: str) -> Path:
        return self.root / key

    def read(self, key: str) -> bytes | None:
        with explained(self.uri):
            try:
                return self._path(key).read_bytes()
            except FileNotFoundError:
                return None

    def entry(self, key: str) -> Entry | None:
        with explained(self.uri):
            try:
                stat = self._path(key).stat()
            except FileNotFoundError:
                return None
        return Entry(stat.st_size, f"{stat.st_mtime_ns:x}", stat.st_mtime)

    def list(self, prefix: str) -> dict[str, Entry]:
        found = {}
        with explained(self.uri):
            for folder, _, names in os.walk(self._path(prefix), onerror=_raise_unless_missing):
                for name in names:
                    path = Path(folder, name)
                    with contextlib.suppress(FileNotFoundError):  # deleted since the folder was read
                        stat = path.stat()
                        key = path.relative_to(self.root).as_posix()
                        found[key] = Entry(stat.st_size, f"{stat.st_mtime_ns:x}", stat.st_mtime)
        return dict(sorted(found.items()))

    def _temporary(self, key: str, data: bytes) -> Path:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Path(name)

    def create(self, key: str, data: bytes) -> bool:
        with explained(self.uri):
            temporary = self._temporary(key, data)
            try:
                os.link(temporary, self._path(key))
            except FileExistsError:
                return False
            finally:
                temporary.unlink()
        return True

    def replace(self, key: str, data: bytes, etag: str) -> bool:
        with explained(self.uri):
            lock = self._path(key).parent / ".lock"
            with lock.open("w") as held:
                fcntl.flock(held, fcntl.LOCK_EX)  # released by the kernel when a process dies
                found = self.entry(key)
                if found is None or found.etag != etag:
                    return False
                self._temporary(key, data).replace(self._path(key))
        return True

    @contextlib.contextmanager
    def workspace(self, prefix: str) -> Iterator[Path]:
        """Give a folder in its final place: what a shard writes there need not be moved."""
        path = self._path(prefix)
        with explained(self.uri):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
            yield path

    def publish(self, folder: Path, prefix: str) -> None:
        """Put every file of ``folder`` under ``prefix``; nothing to do when it already lies there."""
        if folder == self._path(prefix):
            return
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            self.put(path, f"{prefix}/{path.relative_to(folder).as_posix()}")

    def put(self, path: Path, key: str) -> None:
        """Store a file under a key."""
        with explained(self.uri):
            _copy_whole(path, self._path(key))

    def fetch(self, key: str, path: Path) -> None:
        """Bring a stored file to a path."""
        with explained(str(path.parent)):
            _copy_whole(self._path(key), path)

    def local_path(self, key: str, sha256: str) -> Path:
        return self._path(key)

    def sha256(self, key: str) -> str:
        with explained(self.uri):
            return sha256_of(self._path(key))

    def delete(self, keys: Iterable[str]) -> None:
        folders: set[Path] = set()
        with explained(self.uri):
            for key in keys:
                path = self._path(key)
                path.unlink(missing_ok=True)
                folders.update(p for p in path.parents if p.is_relative_to(self.root) and p != self.root)
            for folder in sorted(folders, key=lambda p: len(p.parts), reverse=True):
                if folder.is_dir() and {p.name for p in folder.iterdir()} <= {".lock"}:
                    shutil.rmtree(folder)


def _copy_whole(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".tmp-{target.name}")
    shutil.copyfile(source, temporary)
    temporary.replace(target)


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


class S3Store:
    """A prefix in a bucket. Credentials and the endpoint come from AWS's own chain (``AWS_ENDPOINT_URL``)."""

    remote = True

    def __init__(self, uri: str) -> None:
        parts = urlsplit(uri)
        self.bucket, self.prefix = parts.netloc, parts.path.strip("/")
        if not self.bucket:
            raise StorageError(f"lake {uri!r} names no bucket; write s3://bucket/prefix")
        self.uri = f"s3://{self.bucket}/{self.prefix}".rstrip("/")
        self.cache = Path(os.environ.get("SPORTSLM_CACHE", Path.home() / ".cache" / "sportslm"))
        self._clients: dict[str, Any] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_clients": {}}  # clients do not travel to worker processes

    @property
    def _s3(self) -> Any:
        if "boto3" not in self._clients:
            try:
                import boto3
            except ImportError as error:
                raise StorageError(f"lake {self.uri} needs boto3: pip install 'sportslm[aws]'") from error
            self._clients["boto3"] = boto3.client("s3")
        return self._clients["boto3"]

    @property
    def _files(self) -> Any:
        if "arrow" not in self._clients:
            from pyarrow.fs import S3FileSystem

            endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
            self._clients["arrow"] = S3FileSystem(endpoint_override=endpoint)
        return self._clients["arrow"]

    def _key(self, key: str) -> str:
        return f"{self.prefix}/{key}".lstrip("/")

    def _refusal(self, error: Any) -> str:
        return str(error.response.get("Error", {}).get("Code", ""))

    def read(self, key: str) -> bytes | None:
        from botocore.exceptions import ClientError

        try:
            body: bytes = self._s3.get_object(Bucket=self.bucket, Key=self._key(key))["Body"].read()
        except ClientError as error:
            code = self._refusal(error)
            if code == "NoSuchKey":
                return None
            if code in ("NoSuchBucket", "AccessDenied", "PermanentRedirect", "InvalidAccessKeyId"):
                raise StorageError(
                    f"lake {self.uri}: S3 says {code}; check the bucket's name and region and your rights"
                ) from error
            raise
        return body

    def entry(self, key: str) -> Entry | None:
        return self.list(key).get(key)

    def list(self, prefix: str) -> dict[str, Entry]:
        found = {}
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=self._key(prefix)):
            for item in page.get("Contents", []):
                key = item["Key"][len(self.prefix) :].lstrip("/")
                if key == prefix or not prefix or key.startswith(prefix.rstrip("/") + "/"):
                    found[key] = Entry(
                        item["Size"], item["ETag"].strip('"'), item["LastModified"].timestamp()
                    )
        return found

    def _put(self, key: str, data: bytes, **condition: str) -> bool:
        from botocore.exceptions import ClientError

        try:
            self._s3.put_object(Bucket=self.bucket, Key=self._key(key), Body=data, **condition)
        except ClientError as error:
            if self._refusal(error) in (
                "PreconditionFailed",
                "ConditionalRequestConflict",
                "412",
                "409",
                "NoSuchKey",
            ):
                return False
            raise
        return True

    def create(self, key: str, data: bytes) -> bool:
        return self._put(key, data, IfNoneMatch="*")

    def replace(self, key: str, data: bytes, etag: str) -> bool:
        return self._put(key, data, IfMatch=etag)

    @contextlib.contextmanager
    def workspace(self, prefix: str) -> Iterator[Path]:
        """Give a scratch folder; ``publish`` uploads it."""
        with tempfile.TemporaryDirectory(prefix="sportslm-") as folder, explained(folder):
            yield Path(folder)

    def publish(self, folder: Path, prefix: str) -> None:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            self.put(path, f"{prefix}/{path.relative_to(folder).as_posix()}")

    def put(self, path: Path, key: str) -> None:
        """Store a file under a key: it is there whole or not at all."""
        target = f"{self.bucket}/{self._key(key)}"
        with path.open("rb") as source, self._files.open_output_stream(target) as sink:
            shutil.copyfileobj(source, sink, CHUNK_BYTES)

    def fetch(self, key: str, path: Path) -> None:
        """Bring a stored file to a path."""
        with explained(str(path.parent)):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".tmp-{path.name}")
            place = f"{self.bucket}/{self._key(key)}"
            with self._files.open_input_stream(place) as source, temporary.open("wb") as sink:
                shutil.copyfileobj(source, sink, CHUNK_BYTES)
            temporary.replace(path)

    def local_path(self, key: str, sha256: str) -> Path:
        """Return a copy in the local cache, named by its hash and fetched at most once."""
        path = self.cache / sha256[:2] / f"{sha256}{Path(key).suffix}"
        if not path.exists():
            with explained(str(self.cache)):
                path.parent.mkdir(parents=True, exist_ok=True)
                place = f"{self.bucket}/{self._key(key)}"
                with (
                    tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as sink,
                    self._files.open_input_stream(place) as source,
                ):
                    shutil.copyfileobj(source, sink, CHUNK_BYTES)
                Path(sink.name).replace(path)
        return path

    def sha256(self, key: str) -> str:
        found = hashlib.sha256()
        with self._files.open_input_stream(f"{self.bucket}/{self._key(key)}") as source:
            while chunk := source.read(CHUNK_BYTES):
                found.update(chunk)
        return found.hexdigest()

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._s3.delete_object(Bucket=self.bucket, Key=self._key(key))
