PRAGMA user_version = 1;
CREATE TABLE calls (
    key TEXT NOT NULL PRIMARY KEY,
    step TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt TEXT NOT NULL,
    request BLOB NOT NULL, -- as JSON, deflated
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    reply TEXT NOT NULL,
    finish_reason TEXT NOT NULL,
    input INTEGER NOT NULL,
    cached INTEGER NOT NULL,
    output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    latency REAL NOT NULL,
    attempts INTEGER NOT NULL,
    kept_at REAL NOT NULL
);
CREATE TABLE attempts (
    key TEXT NOT NULL,
    payer TEXT NOT NULL,
    step TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    input INTEGER NOT NULL,
    cached INTEGER NOT NULL,
    output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    cost REAL NOT NULL, -- dollars
    estimated INTEGER NOT NULL, -- 1 where the service did not say what it counted
    latency REAL NOT NULL,
    made_at REAL NOT NULL
);
CREATE INDEX attempts_of_payer ON attempts (payer, cost);
CREATE TABLE batches (
    id TEXT NOT NULL PRIMARY KEY, -- ours; it stands in the metadata of the service's batch
    payer TEXT NOT NULL,
    place TEXT NOT NULL,
    model TEXT NOT NULL,
    batch TEXT, -- the service's, once it has said it
    made_at REAL NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE batched (
    id TEXT NOT NULL REFERENCES batches,
    key TEXT NOT NULL,
    step TEXT NOT NULL,
    turns INTEGER NOT NULL, -- 1: it was given more room, 2: it was shown its error
    said TEXT NOT NULL, -- what it was shown
    reserved REAL NOT NULL,
    line TEXT, -- what came of it, as JSON
    used INTEGER NOT NULL DEFAULT 0, -- 1 once an outcome was kept
    PRIMARY KEY (id, key)
) WITHOUT ROWID;
CREATE INDEX lines_of_key ON batched (key) WHERE line IS NOT NULL AND NOT used;
