"""Which limits the simulator keeps, and how large they are."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self, get_args

from .._wire import facts
from ..errors import ConfigError

Plan = Literal["free", "pro", "business"]
PLANS: tuple[str, ...] = get_args(Plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The size of each limit; None is no limit.

    `second` and `account_day` are the account's, by its plan. `host_day` is the hundred updates of
    a host per UTC day, `meeting_day` that of a meeting in 24 hours; `lock` lets one update of a
    meeting be under way at a time. Sizes and sources stand in the spec's x-quotas, x-rate-limits.
    """

    second: int | None = None
    account_day: int | None = None
    host_day: int | None = facts.QUOTAS["host"].limit
    meeting_day: int | None = facts.QUOTAS["meeting"].limit
    lock: bool = True

    @classmethod
    def of(cls, plan: str | None = None, limits: Mapping[str, Any] | bool | Self = True) -> Self:
        """Return the limits of a plan, as far as `limits` leaves them.

        Without a plan the account's own limits are off, as in the client; the two hundreds and the
        lock are kept. `limits` False keeps nothing; a mapping such as {"host-day": 3, "lock":
        False} changes single ones. ConfigError names what is wrong.
        """
        if plan is not None and plan not in PLANS:
            raise _wrong("plan", f"{plan!r} is no plan", f"Choose from {', '.join(PLANS)}.")
        if isinstance(limits, cls):
            return limits
        if limits is False:
            return cls(host_day=None, meeting_day=None, lock=False)
        rate = facts.RATES[plan] if plan else None
        sizes: dict[str, Any] = {}
        if rate is not None:
            sizes |= {"second": rate.per_second, "account_day": rate.per_day}
        if isinstance(limits, Mapping):
            sizes |= {_name(key): _size(key, value) for key, value in limits.items()}
        elif limits is not True:
            raise _wrong("limits", f"they cannot be {limits!r}", "Give True, False or a mapping.")
        return cls(**sizes)

    def to_dict(self) -> dict[str, Any]:
        """Return them as `of` reads them, ready for JSON."""
        return {f.name.replace("_", "-"): getattr(self, f.name) for f in fields(self)}


_NAMES = {field.name.replace("_", "-"): field.name for field in fields(Caps)}


def _name(key: str) -> str:
    name = _NAMES.get(str(key).replace("_", "-"))
    if name is None:
        raise _wrong("limits", f"there is no limit {key!r}", f"Choose from {', '.join(_NAMES)}.")
    return name


def _size(key: str, value: object) -> int | bool | None:
    if _name(key) == "lock":
        if isinstance(value, bool):
            return value
        raise _wrong("limits", f"lock cannot be {value!r}", "Give true or false.")
    if value is None or value is False:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise _wrong("limits", f"{key} cannot be {value!r}", "Give a whole number, or null for none.")


def _wrong(name: str, message: str, next_step: str) -> ConfigError:
    return ConfigError(f"{name}: {message}", field=name, next_step=next_step)
