"""`specdesk rotate`: another key of links and sessions, or another token, while everything goes on.

    secret-key    A ──► A B ──► B A ──► B        both are accepted until the end; the first one signs
    a token       A ──► B                        the service accepts both until the former one is revoked there

The function is started anew after each step. It knows a key before anything is signed by it: instances that started
earlier and ones that start later answer side by side for a while.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from intake_fn.commands import say
from intake_fn.commands.stages import Stage, add_stage, stage_of
from intake_fn.core.errors import Refused, SpecdeskError
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.settings import secret

if TYPE_CHECKING:
    import argparse

    from intake_fn.adapters.provision.parameters import Kept
    from intake_fn.wiring import Application

RESTART_SECONDS = 60
"""How long an answer of Lambda is waited for: asked again meanwhile, it would refuse a second change."""

SECRET_KEY = "secret-key"  # noqa: S105 - the name of a parameter
TOKENS = {"mantis-token": "SPECDESK_MANTIS_TOKEN", "llm-key": "SPECDESK_LLM_KEY"}
"""Secrets that another service gives, and the variable that the new one is read from."""


def add(commands: Any) -> None:
    """Put `rotate` on the command line."""
    command = commands.add_parser("rotate", help=rotate.__doc__, description=rotate.__doc__)
    command.add_argument("secret", choices=[SECRET_KEY, *TOKENS])
    add_stage(command, "whose secret it is", required=True)
    command.add_argument("--end", action="store_true", help="of secret-key: the former key is accepted no longer")
    command.add_argument("--early", action="store_true", help="with --end: links of the former key may still be used")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=rotate)


def rotate(args: argparse.Namespace) -> None:
    """Replace a secret; links of the former key stay valid until `--end`."""
    from intake_fn.wiring import Application  # noqa: PLC0415 - `specdesk check` needs no settings and no AWS

    stage = stage_of(args.stage, args.settings)
    rotation = Rotation(stage, Application.from_environ(stage.environ()), args.secret)
    if args.secret != SECRET_KEY:
        if args.end:
            raise Refused(f"{args.secret} has no end here: revoke the former one where it was made.")
        lines = rotation.of_token(os.environ.get(TOKENS[args.secret], ""))
    else:
        lines = rotation.end(early=args.early) if args.end else rotation.begin()
    say(args, {"secret": args.secret, "done": lines}, lines)


@dataclass(frozen=True)
class Rotation:
    """A secret of a stage that is rotated."""

    stage: Stage
    application: Application
    name: str

    def begin(self) -> list[str]:
        """Have a new key accepted, and then have it sign. Goes on where it broke off. Raises Refused."""
        from intake_fn.adapters.provision import parameters  # noqa: PLC0415 - with boto3

        kept, announced = self._kept(), False
        if len(kept.values) > 1:
            announced = kept.about == parameters.ANNOUNCED
            if not announced:
                raise Refused(f"A rotation is under way since {kept.changed:%Y-%m-%d}. {self._end_told(kept)}")
        old = kept.values[0]
        new = kept.values[1] if announced else parameters.random_key()
        if not announced:
            self._keep((old, new), parameters.ANNOUNCED)
        self._restart()
        self._keep((new, old))
        started = self._restart()
        return [
            f"A new key signs links and sessions of {self.stage.name}; the former one is still accepted.",
            "The function was started anew." if started else "No function is deployed yet.",
            *self._front(new),
            self._end_told(self._kept()),
        ]

    def end(self, *, early: bool) -> list[str]:
        """Have the former key leave. Raises Refused while links of it may be in use, unless it is early on purpose.

        Also before the new one signs: else the new one would leave.
        """
        from intake_fn.adapters.provision import parameters  # noqa: PLC0415 - with boto3

        kept = self._kept()
        if len(kept.values) == 1:
            raise Refused("There is no former key: nothing is being rotated.")
        if kept.about == parameters.ANNOUNCED:
            command = f"specdesk rotate {self.name} --stage {self.stage.name}"
            raise Refused(
                f"The new key signs nothing yet: the rotation broke off. Run it again, without --end: {command}"
            )
        if not early and self.application.clock() < kept.changed + self._lifetime:
            raise Refused(f"{self._end_told(kept)}. --early ends them now.")
        unmatched = self._unmatched()
        shown = self._front(kept.values[0])  # it has the former one's where the command broke off before
        self._keep(kept.values[:1])
        started = self._restart()
        return [
            *shown,
            "The former key is accepted no longer: its links open nothing, and its sessions are over.",
            "The function was started anew." if started else "No function is deployed yet.",
            *unmatched,
        ]

    def _unmatched(self) -> list[str]:
        """The note on records of erasures that need a key; today's have a salt of their own."""
        try:
            number = sum(not record.salt for record in self.application.eraser.store.erasures())
        except SpecdeskError:  # it is no reason to keep a key that leaked
            return []
        if not number:
            return []
        what = f"{number} records of erasures are of a version in which the secret key made them. "
        then = "Where a backup from before them is restored, erase these people by address."
        return [f"{what}Those by the former key match no address any more. {then}"]

    def of_token(self, given: str) -> list[str]:
        """Have another token used, once it was tried. Raises Refused, Diagnosed."""
        variable = TOKENS[self.name]
        new = secret(given, variable)
        if not new:
            raise Refused(f"Set {variable} to the new one for this command; it is kept in Parameter Store, encrypted.")
        (old, *_) = self._kept().values
        if new == old:
            raise Refused(f"{variable} holds the one that is used already. Make a new one where it comes from.")
        told = self._tried(new, old) if self.name == "mantis-token" else []
        self._keep((new,))
        started = self._restart()
        return [
            *told,
            f"{self.stage.name} uses the new {self.name}. Revoke the former one where it was made.",
            "The function was started anew." if started else "No function is deployed yet.",
        ]

    def _tried(self, new: str, old: str) -> list[str]:
        """A line with the new token's account. Raises Diagnosed for an unknown token, Refused for another account."""
        from intake_fn.adapters.provision.mantis_account import account_of  # noqa: PLC0415 - with its client
        from intake_fn.core.errors import Diagnosed  # noqa: PLC0415 - as above
        from intake_fn.wiring import BACKGROUND_SECONDS  # noqa: PLC0415 - as above

        account = account_of(self.application.mantis(BACKGROUND_SECONDS, new))
        try:
            former = account_of(self.application.mantis(BACKGROUND_SECONDS, old)).name
        except Diagnosed:  # it was revoked already
            former = account.name
        if account.name != former:
            raise Refused(f"The new token is {account.name}'s, and issues are filed by {former}. Make one of {former}.")
        return [f"Mantis knows the new token as {account.name}'s."]

    @property
    def _lifetime(self) -> timedelta:
        """How long links of requesters are good."""
        return timedelta(days=self.application.process.intake.status_link_days)

    def _end_told(self, kept: Kept) -> str:
        day, command = kept.changed + self._lifetime, f"specdesk rotate {self.name} --stage {self.stage.name} --end"
        return f"Links of the former key are good until {day:%Y-%m-%d}; then: {command}"

    def _kept(self) -> Kept:
        from intake_fn.adapters.provision.parameters import kept  # noqa: PLC0415 - with boto3

        return kept(self.application.client("ssm"), self.application.settings.parameters, self.name)

    def _keep(self, values: tuple[str, ...], about: str = "") -> None:
        from intake_fn.adapters.provision import parameters  # noqa: PLC0415 - with boto3

        path = self.application.settings.parameters
        ssm = self.application.client("ssm")
        parameters.replace_secret(ssm, path, self.name, values, about or parameters.ABOUT)

    def _restart(self) -> bool:
        from intake_fn.adapters.provision.function import restart  # noqa: PLC0415 - with boto3

        lambda_ = self.application.client("lambda", read_seconds=RESTART_SECONDS)
        return restart(lambda_, self.stage.function, self.application.clock())

    def _front(self, key: str) -> list[str]:
        """Have the distribution before the function, if there is one, show the token of the new key."""
        from intake_fn.adapters.provision import site  # noqa: PLC0415 - with boto3
        from intake_fn.adapters.signed_links import front_token  # noqa: PLC0415 - for this alone

        stacks, name = self.application.client("cloudformation"), site.stack_name(self.stage.function)
        if not (now := site.shown(stacks, name)):
            return []
        parameters = {key: value for key, value in now.items() if key in site.PARAMETERS}
        site.show(stacks, name, {**parameters, "FrontToken": front_token(key)}, self.stage.tags)
        return ["The distribution before the function shows the token of the new key."]
