"""What of the models can be set while they run: manners, rates, and the faults they know."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fakes.behaviour import Faults

KEY = "sk-fake-casebook-8c1f6a27d04e"
EXTRACT_MODEL = "fake-extract"
VERIFY_MODEL = "fake-verify"

IN_TRANSIT = (
    "slow",
    "429",
    "429_bare",
    "500",
    "503",
    "timeout",
    "reset",
    "half",
    "html",
    "broken_body",
)
IN_CONTENT = ("length", "cut_json", "broken_json", "wrong_shape", "empty", "refusal", "filtered")
MODEL_FAULTS = (*IN_TRANSIT, *IN_CONTENT)
ALSO = ("quota",)
_ANSWERS = ("chat", "lines")


@dataclass(slots=True)
class Settings:
    """How the server behaves for good, until it is set otherwise.

    key, models: what is accepted. formats: the response formats it knows; others are a 500.
    latency, spread: seconds until an answer, and the share by which it varies.
    slow_seconds, retry_after: of the faults; retry_after also of limits, None for no header.
    requests_per_minute, tokens_per_minute: by model; None for no limit and no headers.
    burst: seconds' worth of a limit that may be used at once.
    quota_tokens: when so many are used up, `insufficient_quota`; None for no quota.
    usage: whether it is told; details: given, null (counts of None) or absent.
    usage_factor: times as many tokens are told as there were.
    reasoning: reasoning tokens for one of content; cached_share: of a prompt, for half of them.
    canned: what every chat is answered, if not None. strict_parameters: no `max_tokens`, no
    `temperature` but 1. always_agrees: verifies everything. gullible: obeys an article's orders.
    batch_seconds: how long a batch takes; batch_share: the share of its lines that is done when
    it ends as batch_end says: completed, expired or failed (nothing done).
    batch_lines: how many it may have. content_share: how much of a file is told, as if all.
    odd_line: what stands before a file's lines.
    """

    key: str = KEY
    models: list[str] = field(default_factory=lambda: [EXTRACT_MODEL, VERIFY_MODEL, "fake-other"])
    formats: list[str] = field(default_factory=lambda: ["json_schema", "json_object", "text"])
    latency: float = 0.0
    spread: float = 0.0
    slow_seconds: float = 1.0
    retry_after: float | None = 1
    requests_per_minute: int | None = 1_000_000
    tokens_per_minute: int | None = 1_000_000_000
    burst: float = 60.0
    quota_tokens: int | None = None
    usage: bool = True
    details: str = "given"
    usage_factor: float = 1.0
    reasoning: float = 0.5
    cached_share: float = 0.5
    canned: str | None = None
    strict_parameters: bool = False
    always_agrees: bool = False
    gullible: bool = False
    batch_seconds: float = 0.2
    batch_share: float = 1.0
    batch_end: str = "completed"
    batch_lines: int = 50_000
    content_share: float = 1.0
    odd_line: str = ""


@dataclass(slots=True)
class Rates:
    """How good the models are.

    Of sentences: condenses, drops; of neighbours: merges. Of cases: invents a finding, leaks the
    answer, mislabels (a rival instead of the answer). Of quotes: ellipses, alters (a word that
    the article does not have). Of scores: misjudges. Of drafts to be repaired: mends. Of faults:
    catches; of statements that rest on what the prompt withholds: marks; of cases: false_alarms.
    Of answers without a schema: chatter around the JSON. Of calls: refuses.
    """

    condenses: float = 0.2
    drops: float = 0.05
    merges: float = 0.15
    invents: float = 0.03
    leaks: float = 0.03
    mislabels: float = 0.02
    ellipses: float = 0.15
    alters: float = 0.02
    misjudges: float = 0.05
    mends: float = 0.9
    catches: float = 0.95
    marks: float = 0.8
    false_alarms: float = 0.03
    chatter: float = 0.3
    refuses: float = 0.0

    @classmethod
    def perfect(cls) -> Rates:
        """Nothing is condensed, invented, missed or flagged without a reason."""
        faultless = dict.fromkeys(cls.__slots__, 0.0)
        return cls(**(faultless | {"mends": 1.0, "catches": 1.0, "marks": 1.0}))


def model_faults(
    rate: float = 0.0,
    kinds: tuple[str, ...] = MODEL_FAULTS,
    services: tuple[str, ...] = ("chat",),
    seed: int = 0,
    most: int | None = None,
) -> Faults:
    """Faults of the models: those in the content hit answers only."""
    only = dict.fromkeys(IN_CONTENT, _ANSWERS)
    return Faults(rate, tuple(kinds), tuple(services), seed, most, only)
