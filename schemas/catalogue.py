"""The tables of the DuckDB catalogue. It is derived: whoever deletes it loses nothing."""

TABLES = """
CREATE TABLE articles (
    article VARCHAR PRIMARY KEY,  -- PMCID, or the file's name where it has no id
    source VARCHAR NOT NULL,
    pmcid VARCHAR,
    version BIGINT,
    shard VARCHAR,
    title VARCHAR,
    journal VARCHAR,
    publication_date VARCHAR,
    licence VARCHAR,
    state VARCHAR NOT NULL,       -- kept, rejected, pending, not_wanted, in_progress
    stage VARCHAR,
    reason VARCHAR,
    split VARCHAR
);
CREATE TABLE rejects (
    article VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL
);
CREATE TABLE cases (
    pmcid VARCHAR PRIMARY KEY,
    number BIGINT NOT NULL,
    split VARCHAR NOT NULL,
    cluster VARCHAR NOT NULL,
    first_release BIGINT NOT NULL,
    case_prompt VARCHAR NOT NULL,
    diagnostic_reasoning VARCHAR NOT NULL,
    final_diagnosis VARCHAR NOT NULL
);
CREATE TABLE funnel (
    step BIGINT NOT NULL,
    stage VARCHAR NOT NULL,
    entered BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    remaining BIGINT NOT NULL
);
CREATE TABLE runs (
    number BIGINT PRIMARY KEY,
    state VARCHAR NOT NULL,
    started VARCHAR NOT NULL,
    finished VARCHAR,
    summary JSON NOT NULL
);
"""
