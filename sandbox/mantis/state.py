"""What the stand-in knows, in one SQLite file: it survives a restart, and a kill at any moment.

Times are whole seconds since 1970, as Mantis stores them. Every change is a transaction of its own;
an issue that is created with files and tags is several of them, as in Mantis.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from intake_fn.core.process import Process
from sandbox.mantis.enums import ADMINISTRATOR, DEVELOPER, MANAGER, PRIVATE, PUBLIC, option

FILE_NAME = "mantis.sqlite3"
SERVICE_ACCOUNT = "specdesk"
EVERYWHERE = 0
"""The project id of a global category."""

SCHEMA = """
create table if not exists account (
    id integer primary key autoincrement, name text not null unique collate nocase, real_name text not null,
    email text not null, level integer not null, token_hash text not null, created_at integer not null);
create table if not exists project (
    id integer primary key autoincrement, name text not null unique collate nocase, description text not null,
    parent integer not null, status integer not null, view_state integer not null);
create table if not exists version (
    id integer primary key autoincrement, project integer not null, name text not null);
create table if not exists fixed_in (issue integer primary key, version text not null);
create table if not exists target (issue integer primary key, version text not null);
create table if not exists category (
    id integer primary key autoincrement, project integer not null, name text not null collate nocase,
    unique (project, name));
create table if not exists issue (
    id integer primary key autoincrement, project integer not null, category integer not null,
    reporter integer not null, handler integer not null, summary text not null, description text not null,
    steps_to_reproduce text not null, additional_information text not null, status integer not null,
    resolution integer not null, view_state integer not null, priority integer not null, severity integer not null,
    reproducibility integer not null, platform text not null, os text not null, os_build text not null,
    build text not null, sticky integer not null, created_at integer not null, updated_at integer not null);
create table if not exists note (
    id integer primary key autoincrement, issue integer not null, reporter integer not null, text text not null,
    view_state integer not null, created_at integer not null, updated_at integer not null);
create table if not exists file (
    id integer primary key autoincrement, issue integer not null, note integer not null, reporter integer not null,
    name text not null, content_type text not null, content blob not null, created_at integer not null);
create table if not exists relationship (
    id integer primary key autoincrement, source integer not null, target integer not null, type integer not null);
create table if not exists tag (id integer primary key autoincrement, name text not null unique collate nocase);
create table if not exists issue_tag (issue integer not null, tag integer not null, primary key (issue, tag));
create table if not exists monitor (issue integer not null, account integer not null, primary key (issue, account));
create table if not exists history (
    id integer primary key autoincrement, issue integer not null, account integer not null, at integer not null,
    type integer not null, field text not null, old text not null, new text not null);
create table if not exists member (
    project integer not null, account integer not null, level integer not null, primary key (project, account));
create table if not exists mention (issue integer not null, account integer not null);
create table if not exists config (option text primary key, value text not null);
create index if not exists issue_changed on issue (updated_at, created_at);
create index if not exists note_issue on note (issue);
create index if not exists file_issue on file (issue);
create index if not exists history_issue on history (issue);
create index if not exists history_account on history (account, at);
"""

ADDED = (("account", "enabled"), ("project", "enabled"))
"""Flags that tables of an earlier state lack; all that is there is enabled."""

MENTION = re.compile(rb"(?<![\w@])@([\w.-]*\w)(?=[^\w@]|\Z)")
"""What Mantis takes for a mention: it reads bytes, so that a letter beyond ASCII before the sign is no word."""

Row = sqlite3.Row


class State:
    """The data of one stand-in. Threads share it: hold `lock` for as long as what was read has to stay true."""

    def __init__(self, path: str, now: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self._now = now
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.executescript(SCHEMA)
        for table, flag in ADDED:
            if flag not in {row["name"] for row in self._db.execute(f"pragma table_info({table})")}:
                self._db.execute(f"alter table {table} add column {flag} integer not null default 1")

    @classmethod
    def open(
        cls,
        folder: Path | None,
        process: Process,
        token: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """The state kept in a folder, in memory for None, with what `process` needs added where it is missing.

        `token` is that of the service account. Raises OSError when the folder cannot be made,
        sqlite3.Error when its file cannot be used.
        """
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        state = cls(str(folder / FILE_NAME) if folder else ":memory:", now)
        with state.change():
            _seed(state, process, token)
        return state

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self._db.close()

    # --- reading and writing --------------------------------------------------------------------

    def seconds(self) -> int:
        """Now, in whole seconds since 1970."""
        return int(self._now().timestamp())

    @contextmanager
    def change(self) -> Iterator[None]:
        """A transaction: all of it is stored, or nothing when an error leaves it. Not to be nested."""
        with self.lock:
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def rows(self, query: str, *values: object) -> list[Row]:
        """All rows of a query."""
        with self.lock:
            return self._db.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> Row | None:
        """The first row of a query."""
        with self.lock:
            found: Row | None = self._db.execute(query, values).fetchone()
            return found

    def number(self, query: str, *values: object) -> int:
        """The first value of the first row; 0 where there is none."""
        found = self.row(query, *values)
        return int(found[0]) if found is not None else 0

    def run(self, statement: str, *values: object) -> None:
        """Change something; belongs inside `change`."""
        with self.lock:
            self._db.execute(statement, values)

    def insert(self, table: str, row: Mapping[str, object]) -> int:
        """Add a row to one of our own tables; returns its id. Belongs inside `change`."""
        names, places = ", ".join(row), ", ".join("?" * len(row))
        with self.lock:
            done = self._db.execute(f"insert into {table} ({names}) values ({places})", tuple(row.values()))  # noqa: S608 - names are written in this package, values are bound
            return int(done.lastrowid or 0)

    # --- accounts, projects, categories ---------------------------------------------------------

    def account(self, number: int) -> Row | None:
        """The account of that id."""
        return self.row("select * from account where id = ?", number)

    def account_of_token(self, token: str) -> Row | None:
        """The account that a token belongs to."""
        return self.row("select * from account where token_hash = ?", _hash(token))

    def add_account(self, name: str, level: int, *, token: str = "", real_name: str = "", email: str = "") -> int:
        """Make an account unless one of that name is there; it gets this token, where one is given. Returns its id."""
        token_hash = _hash(token) if token else ""
        there = self.number("select id from account where name = ?", name)
        if there:
            self.run("update account set token_hash = ? where id = ? and ? != ''", token_hash, there, token_hash)
            return there
        row = {"name": name, "real_name": real_name, "email": email, "level": level}
        return self.insert("account", {**row, "token_hash": token_hash, "created_at": self.seconds()})

    def add_project(
        self, name: str, *, parent: int = 0, description: str = "", status: int = 10, view_state: int = PUBLIC
    ) -> int:
        """Make a project unless one of that name is there; returns its id. `parent` 0 is none."""
        row = {"name": name, "description": description, "parent": parent, "status": status, "view_state": view_state}
        return self.number("select id from project where name = ?", name) or self.insert("project", row)

    def add_category(self, project: int, name: str) -> int:
        """Make a category unless the project has it; returns its id."""
        there = self.number("select id from category where project = ? and name = ?", project, name)
        return there or self.insert("category", {"project": project, "name": name})

    def projects(self, level: int, account: int = 0) -> list[Row]:
        """The projects that an account of this level sees: enabled ones, and private ones only as their member."""
        shown = PRIVATE if level >= ADMINISTRATOR else PUBLIC
        return self.rows(
            "select * from project where enabled = 1 and (view_state <= ? or id in"
            " (select project from member where account = ?)) order by parent != 0, name",
            shown,
            account,
        )

    def add_member(self, project: int, account: int, level: int) -> None:
        """Give an account a level of its own in a project. Belongs inside `change`."""
        self.run("insert or replace into member values (?, ?, ?)", project, account, level)

    def level_in(self, project: int, account: int, level: int) -> int:
        """The level of an account in a project: its own there, else what it has everywhere."""
        return self.number("select level from member where project = ? and account = ?", project, account) or level

    def option(self, name: str) -> Any:
        """An option's value; that of the table `config`, in JSON, goes before Mantis's own."""
        row = self.row("select value from config where option = ?", name)
        return option(name) if row is None else json.loads(row["value"])

    def family(self, project: int) -> list[int]:
        """A project and all below it."""
        found = self.rows(
            "with recursive below(id) as (select ? union"
            " select project.id from project join below on parent = below.id) select id from below",
            project,
        )
        return [int(row["id"]) for row in found]

    def add_version(self, project: int, name: str) -> int:
        """Make a version unless the project has it; returns its id. Belongs inside `change`."""
        there = self.number("select id from version where project = ? and name = ?", project, name)
        return there or self.insert("version", {"project": project, "name": name})

    def offer_versions(self, names: Iterable[str], projects: Iterable[str]) -> None:
        """Make versions of the product in these projects, the earliest first, unless they have them."""
        wanted = list(names)
        with self.change():
            for project in dict.fromkeys(projects):
                for name in wanted:
                    self.add_version(self.number("select id from project where name = ?", project), name)

    def versions(self, project: int) -> list[Row]:
        """The project's own versions: none is inherited from a sibling."""
        return self.rows("select id, name from version where project = ? order by id desc", project)

    def categories(self, project: int) -> list[Row]:
        """The project's own categories, those it inherits and the global ones, by name."""
        return self.rows(
            "with recursive above(id) as (select ? union"
            " select parent from project join above on project.id = above.id)"
            " select * from category where project in (select id from above union select ?) order by name",
            project,
            EVERYWHERE,
        )

    def handlers(self, project: int) -> list[Row]:
        """The accounts that may handle issues of a project, by name."""
        private = self.number("select view_state from project where id = ?", project) == PRIVATE
        level = ADMINISTRATOR if private else DEVELOPER
        return self.rows(
            "select * from account where enabled = 1 and (level >= ? or id in"
            " (select account from member where project = ? and level >= ?)) order by name",
            level,
            project,
            DEVELOPER,
        )

    # --- history --------------------------------------------------------------------------------

    def log(self, issue: int, account: int, type_: int, field: str = "", old: Any = "", new: Any = "") -> None:
        """Add an entry to an issue's history. Belongs inside `change`."""
        row = {"issue": issue, "account": account, "at": self.seconds(), "type": type_}
        self.insert("history", {**row, "field": field, "old": str(old), "new": str(new)})

    def mention(self, issue: int, *texts: str) -> None:
        """Whoever is mentioned in a text would be mailed. Belongs inside `change`."""
        for name in {found.decode() for text in texts for found in MENTION.findall(text.encode())}:
            self.run("insert into mention select ?, id from account where name = ?", issue, name)

    def touch(self, issue: int) -> None:
        """The issue was changed just now. Belongs inside `change`."""
        self.run("update issue set updated_at = ? where id = ?", self.seconds(), issue)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _seed(state: State, process: Process, token: str) -> None:
    """What a Mantis provisioned for this process has; what is there already stays as it is."""
    state.add_account("administrator", ADMINISTRATOR, email="root@localhost")
    state.add_account(SERVICE_ACCOUNT, MANAGER, token=token)
    for person in process.people.values():
        state.add_account(person.mantis, DEVELOPER, real_name=person.name, email=person.address)
        for account in person.mantis_accounts:
            state.add_account(account, DEVELOPER, real_name=f"{person.name}: {account}")
    parent = state.add_project(process.mantis.parent, description=process.product.title, status=50)
    for name in dict.fromkeys(process.mantis.projects.values()):
        state.add_project(name, parent=parent)
    if process.mantis.root:
        root = state.add_project(process.mantis.root, description=process.product.about, status=50)
        state.run("update project set parent = ? where id = ? and parent = 0", root, parent)
    state.add_category(EVERYWHERE, process.mantis.category)
    for module in process.modules.values():
        state.add_category(parent, module.name)
