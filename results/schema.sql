-- The store of hchanlab: runs, their cells, and what each cell's processes measured.
-- application_id is "hchl"; user_version is the schema's version.

PRAGMA application_id = 1751345260;
PRAGMA user_version = 5;

-- A sweep that was executed on one machine.
CREATE TABLE runs (
    id          INTEGER PRIMARY KEY,
    started     TEXT NOT NULL,    -- ISO 8601, UTC
    finished    TEXT,             -- NULL where the sweep did not end
    command     TEXT NOT NULL,    -- repeats it
    mode        TEXT NOT NULL,    -- quick or full
    environment TEXT NOT NULL,    -- JSON object
    topology    TEXT NOT NULL,    -- the XML of hwloc
    seed        INTEGER NOT NULL, -- of the order of the cells
    processes   INTEGER NOT NULL, -- planned for each cell
    name        TEXT,             -- the user's, to choose it by; from version 4 on, as is the next
    note        TEXT,             -- the user's
    samples     INTEGER,          -- windows of each process; from version 5 on, as are the next
    window_ns   INTEGER,          -- the length aimed at
    limit_ns    INTEGER,          -- of a window whose length is not chosen
    kill_ns     INTEGER           -- of a process, which is then killed
);
CREATE UNIQUE INDEX run_names ON runs (name);

-- A scenario with a variant and parameters. NULL: the scenario has no such parameter.
CREATE TABLE cells (
    id          INTEGER PRIMARY KEY,
    run         INTEGER NOT NULL REFERENCES runs (id),
    name        TEXT NOT NULL,
    scenario    TEXT NOT NULL,
    variant     TEXT NOT NULL, -- empty for a floor
    path        TEXT NOT NULL, -- handoff, buffer, park, or empty
    op          TEXT NOT NULL, -- what one operation is
    capacity    INTEGER,       -- elements
    elem        INTEGER,       -- bytes
    threads     INTEGER,
    work        INTEGER,       -- think time around each operation, in ns; from version 2 on
    place       TEXT NOT NULL, -- relation of the PUs used, or empty
    UNIQUE (run, name)
);

-- How one process of a cell ended: 0 ok, 1 time limit, 2 failed, 3 skipped, 4 lacking: the
-- channel does not have what the cell needs (older stores: 3, and a message that begins "lacks ").
-- What others used meanwhile is a share of the time of all PUs, 0 to 1, from version 5 on; NULL: not
-- known.
CREATE TABLE trials (
    cell            INTEGER NOT NULL REFERENCES cells (id),
    process         INTEGER NOT NULL,
    status          INTEGER NOT NULL,
    message         TEXT NOT NULL,
    others_share    REAL, -- other programs
    steal_meanwhile REAL, -- the host of a virtual machine
    block           INTEGER, -- which cells ran side by side: those of one block; from version 5 on
    position        INTEGER, -- the how-manieth process of the run it was, from 0; from version 5 on
    started_ms      INTEGER, -- when it began, in milliseconds after the run; from version 5 on
    PRIMARY KEY (cell, process)
) WITHOUT ROWID;

-- One timed window. NULL: the number makes no sense for the cell.
CREATE TABLE samples (
    cell            INTEGER NOT NULL REFERENCES cells (id),
    process         INTEGER NOT NULL,
    sample          INTEGER NOT NULL,
    ops             INTEGER NOT NULL,
    ns_per_op       REAL NOT NULL,
    window_ns       REAL NOT NULL,
    overlap         REAL, -- share of the threads that got on in the window, 0 to 1
    cpu_ns_per_op   REAL,
    switches_per_op REAL, -- context switches
    fairness        REAL, -- Jain's index
    handovers       REAL, -- share of a lock's acquisitions that changed its owner; from version 5 on
    PRIMARY KEY (cell, process, sample)
) WITHOUT ROWID;

-- Outcomes of a traced window. Two rows are no outcomes: "pure" counts the operations on the path that
-- the cell is named after, "window_ns" is how long the window took.
CREATE TABLE outcomes (
    cell    INTEGER NOT NULL REFERENCES cells (id),
    process INTEGER NOT NULL,
    name    TEXT NOT NULL,
    count   INTEGER NOT NULL,
    ops     INTEGER NOT NULL,
    PRIMARY KEY (cell, process, name)
) WITHOUT ROWID;

-- PAPI's events per operation; NULL with PAPI's reason where there is none. In the domain lab: what
-- a time that the cell asks for (work, held, away) took, in ns.
CREATE TABLE counters (
    cell    INTEGER NOT NULL REFERENCES cells (id),
    process INTEGER NOT NULL,
    name    TEXT NOT NULL,
    domain  TEXT NOT NULL,
    per_op  REAL,
    reason  TEXT NOT NULL,
    PRIMARY KEY (cell, process, name, domain)
) WITHOUT ROWID;

-- Latency histograms: the non-empty buckets as pairs of 64-bit little-endian bucket and count.
CREATE TABLE latencies (
    cell    INTEGER NOT NULL REFERENCES cells (id),
    process INTEGER NOT NULL,
    side    TEXT NOT NULL, -- send, recv or delivery
    count   INTEGER NOT NULL,
    min_ns  REAL NOT NULL,
    max_ns  REAL NOT NULL,
    buckets BLOB NOT NULL,
    PRIMARY KEY (cell, process, side)
) WITHOUT ROWID;
