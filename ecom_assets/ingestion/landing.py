"""What lies in the landing folder: which file is a part of which table, and a fingerprint of it.

Belongs here: names, parts and their order, archives as a place where files can lie, hashes.
Does not belong here: the content of a CSV file (``header``, ``csv_text``), the warehouse.

A file belongs to a table if its name is a declared one, optionally followed by ``_YYYY-MM`` or
``_YYYY-MM-DD``, as ``.csv`` or ``.csv.gz``, directly in the source's folder or at the top of a ``.zip``
there. Nothing is searched recursively; whatever is not recognised is reported as a stray.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.schema import Source, Table

_PART_NAME = re.compile(r"(?P<stem>.+?)(?:_(?P<part>\d{4}-\d{2}(?:-\d{2})?))?(?P<suffix>\.csv|\.csv\.gz)")
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One file that feeds a table.

    Attributes
    ----------
    name
        File name; for a member of an archive ``archive.zip/member.csv``.
    stem
        Declared name it was recognised by.
    label
        Its date suffix, or an empty string for the undated file.
    path
        The file, or the archive that holds it.
    member
        Name inside the archive, if it lies in one.
    """

    name: str
    stem: str
    label: str
    path: Path
    member: str | None = None

    @property
    def is_gzip(self) -> bool:
        """Whether the content is gzip-compressed."""
        return (self.member or self.path.name).endswith(".gz")

    @contextmanager
    def opened(self, scratch_dir: Path) -> Iterator[Path]:
        """Yield a path at which the part lies as a file of its own.

        A member of an archive is extracted below ``scratch_dir`` and removed afterwards.
        """
        if self.member is None:
            yield self.path
            return
        with TemporaryDirectory(prefix="part_", dir=scratch_dir) as folder:
            extracted = Path(folder) / Path(self.member).name
            self._extract(self.member, extracted)
            yield extracted

    def state(self) -> tuple[int, int, int]:
        """Return what changes when the file does: inode, size, time of the last change in nanoseconds.

        Raises
        ------
        LoadError
            If the file is gone.
        """
        try:
            found = self.path.stat()
        except OSError as error:
            raise LoadError(f"{self.name} cannot be read ({error}); deliver the file again") from error
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _extract(self, member: str, target: Path) -> None:
        """Write a member of the archive to a file.

        Raises
        ------
        LoadError
            If the archive is damaged or encrypted, or there is no room for the file.
        """
        try:
            with (
                zipfile.ZipFile(self.path) as archive,
                archive.open(member) as content,
                target.open("wb") as copy,
            ):
                shutil.copyfileobj(content, copy, _CHUNK_BYTES)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise LoadError(f"{self.name} cannot be unpacked ({error}); download the archive again") from error
        except OSError as error:
            raise LoadError(f"{self.name} cannot be unpacked into {target.parent} ({error})") from error


@dataclass(frozen=True, slots=True)
class Landing:
    """The recognised parts of one source, and what was left over.

    Attributes
    ----------
    parts
        Parts by table name, in the order in which later ones win.
    strays
        Names in the folder that belong to no table.
    """

    parts: Mapping[str, tuple[Part, ...]]
    strays: tuple[str, ...] = field(default=())


def discover(raw_dir: Path, source: Source) -> Landing:
    """Look into the source's folder.

    Raises
    ------
    LoadError
        If the folder is missing, an archive cannot be read, or two files claim to be the same part.
    """
    folder = raw_dir / source.name
    if not folder.is_dir():
        raise LoadError(
            f"landing folder {folder} does not exist; put the files of {source.title} there, "
            "name another folder in ECOM_RAW_DIR, or leave the source out of ECOM_SOURCES"
        )
    stems = {stem: table.name for table in source.tables for stem in table.file_stems}
    found: dict[str, list[Part]] = defaultdict(list)
    strays: list[str] = []
    for name, path, member in _candidates(folder):
        part = _recognise(name, path, member, stems)
        if part is None:
            strays.append(name)
        else:
            found[stems[part.stem]].append(part)
    return Landing(
        parts={table.name: _ordered(table, found[table.name]) for table in source.tables},
        strays=tuple(strays),
    )


def file_sha256(path: Path) -> str:
    """Return the hexadecimal sha256 of a file's bytes.

    Raises
    ------
    LoadError
        If the file cannot be read.
    """
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise LoadError(f"{path} cannot be read ({error.strerror}); check that it is a readable file") from error


def landed_fingerprint(parts: Iterable[Part]) -> str:
    """Return the fingerprint of a table's parts as they lie in the folder now."""
    parts = tuple(parts)
    hashes = {path: file_sha256(path) for path in {part.path for part in parts}}
    return combined_fingerprint((part.name, hashes[part.path]) for part in parts)


def combined_fingerprint(files: Iterable[tuple[str, str]]) -> str:
    """Return one sha256 over (name, sha256) of files; equal files, equal fingerprint, whatever their order."""
    combined = hashlib.sha256()
    for name, sha256 in sorted(files):
        combined.update(f"{name}\0{sha256}\n".encode())
    return combined.hexdigest()


def _candidates(folder: Path) -> Iterator[tuple[str, Path, str | None]]:
    """Yield (name, path, member) of everything directly in the folder and at the top of its archives."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.suffix == ".zip" and path.is_file():
            yield from ((f"{path.name}/{member}", path, member) for member in _members(path))
        else:
            yield path.name + ("/" if path.is_dir() else ""), path, None


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return sorted(info.filename for info in archive.infolist() if not info.is_dir())
    except (zipfile.BadZipFile, OSError) as error:
        raise LoadError(f"{path} is not a readable zip archive ({error}); download it again or remove it") from error


def _recognise(name: str, path: Path, member: str | None, stems: Mapping[str, str]) -> Part | None:
    """Return the part, or None if the name is not a declared one, possibly with a date."""
    match = _PART_NAME.fullmatch(member or path.name)
    if match is None or match["stem"] not in stems or (member is None and path.is_dir()):
        return None
    return Part(name=name, stem=match["stem"], label=match["part"] or "", path=path, member=member)


def _ordered(table: Table, parts: list[Part]) -> tuple[Part, ...]:
    """Sort parts by date label, the undated first, and refuse two files for one part."""
    seen: dict[tuple[str, str], Part] = {}
    for part in parts:
        twin = seen.setdefault((part.stem, part.label), part)
        if twin is not part:
            raise LoadError(
                f"{twin.name} and {part.name} in {part.path.parent} are both the same part of {table.name}; "
                "remove one of them"
            )
    return tuple(sorted(parts, key=lambda part: (part.label, table.file_stems.index(part.stem))))
