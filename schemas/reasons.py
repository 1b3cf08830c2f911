"""Why the stages reject articles, by stage; the checks declare their own reasons."""

from __future__ import annotations

# What models failed at, and another try may pass.
FAILURES = ("refused", "truncated", "malformed")

REASONS: dict[str, dict[str, str]] = {
    "fetch": {
        "not_in_bucket": "PMC's bucket does not hold it, or no longer",
        "not_in_pmc": "a list names it, and PMC has no such article",
        "not_an_id": "a line of a list is neither a PMCID, nor a PMID, nor a DOI",
        "empty": "a row of a list has no id",
        "comma_in_doi": "a list names a DOI with a comma, which PMC's converter cannot take",
        "no_id": "the file has no PMCID, and neither has its metadata or its name",
        "superseded": "another file is a higher version of the same article",
        "too_big": "the file is larger than `max_article_mb`",
        "retracted": "the article is retracted, by its metadata or its XML",
        "manuscript": "it is an author manuscript (`manuscripts` admits those)",
        "historical_ocr": "its text was read off scanned pages",
        "licence": "its licence is not among those admitted, or was not found",
        "corrupt": "the bytes are not what the metadata says, or cannot be unpacked",
        "unreadable": "without metadata: the front matter of the XML cannot be read",
    },
    "read": {
        "unreadable": "the XML is not well-formed, or not an article",
        "no_body": "there is no text, or only text read off scanned pages",
        "not_a_case_report": "neither its type nor its subjects say that it is one",
        "not_english": "the article says another language, or is written in one",
    },
    "select": {
        "no_differential": "no phrase weighs one diagnosis against another",
        "several_patients": "it tells of more than one patient",
        "not_human": "the patient is an animal",
        "too_short": "the case narrative has fewer than `min_words` words",
        "too_long": "the case narrative has more than `max_words` words",
    },
    "extract": {
        "refused": "a model refused to answer",
        "truncated": "an answer of a model was cut off, also with more room",
        "malformed": "an answer of a model had the wrong form, also when it was told so",
        "no_diagnosis": "title, abstract and text agree on no diagnosis",
        "no_alternatives": "fewer than two alternatives are weighed in sentences of their own",
        "thin": "too little is told before the diagnosis",
        "answer_in_prompt": "the diagnosis is known from the first sentences on",
        "several_patients": "a model found that it does not report exactly one human patient",
    },
    "ground": {
        "ungrounded": "a quote is nowhere in the article",
        "unfaithful_prompt": "a sentence of the prompt is not in the article before the breakpoint",
    },
    "repair": {
        "refused": "a model refused to mend it; or any reason of extract, ground and check",
        "truncated": "the mended draft was cut off, also with more room",
        "malformed": "the mended draft had the wrong form, also when the model was told so",
    },
    "dedupe": {"duplicate": "it is the same report as another row, which stays"},
    "verify": {
        "refused": "a model refused to answer",
        "truncated": "an answer of a model was cut off, also with more room",
        "malformed": "an answer of a model had the wrong form, also when it was told so",
        "unfaithful": "the prompt says of the patient what the article does not",
        "answer_in_prompt": "the prompt names the diagnosis, or what amounts to naming it",
        "wrong_diagnosis": "the answer is not what the authors diagnosed",
        "not_inferable": "the answer cannot be inferred from the prompt",
        "quote_does_not_carry_claim": "a quote does not say what its claim says",
    },
    "split": {
        "contaminated": "it lay in test, or belongs there, and another benchmark holds it too",
        "duplicate_across_splits": "its relatives lie in more than one split already",
    },
}
