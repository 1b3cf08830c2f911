"""The model's steps as plain functions: what to ask, and what an answer makes of a case."""

from extractors.cases.steps.asking import Ask as Ask
from extractors.cases.steps.asking import extract_messages as extract_messages
from extractors.cases.steps.asking import repair_messages as repair_messages
from extractors.cases.steps.asking import score_messages as score_messages
from extractors.cases.steps.asking import verify_messages as verify_messages
from extractors.cases.steps.drafting import NOWHERE as NOWHERE
from extractors.cases.steps.drafting import draft_of as draft_of
from extractors.cases.steps.drafting import repaired as repaired
from extractors.cases.steps.judging import Thresholds as Thresholds
from extractors.cases.steps.judging import judge as judge
from extractors.cases.steps.verifying import marked as marked
from extractors.cases.steps.verifying import reject_of as reject_of
from extractors.cases.steps.verifying import verdict_of as verdict_of
