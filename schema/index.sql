-- index.sqlite: what the journal says, laid out for questions.
--
-- This file is the projection of a pool's journal: every row was computed from a journal entry,
-- and `psrdb reindex` computes them all again. Write to it with nothing but psrdb.
--
-- `created` is the sequence number of the entry that made a row, `dropped` that of the entry that
-- ended it (NULL while it lives). `psrdb query` shows the rows that live, or with --as-of N those
-- that lived when entry N was the last: every table below that has these columns is then cut by
-- `created <= N AND (dropped IS NULL OR dropped > N)`, `journal` by its `sequence`, and views are of what
-- is left.
--
-- An `item` is one image with what belongs to it, generated, refined or real. Its number is
-- entry * 2^36 + class * 2^22 + row: the journal entry, class and row of the tensors it is in.

PRAGMA application_id = 0x70737264;  -- "psrd"
PRAGMA user_version = 1;

-- How far the journal has been applied. One row.
CREATE TABLE state (
  pool TEXT NOT NULL,          -- the pool's random name, from its first entry
  applied INTEGER NOT NULL,    -- sequence number of the last entry applied
  digest TEXT NOT NULL         -- that entry's digest
) STRICT;

-- One row for each journal entry.
CREATE TABLE journal (
  sequence INTEGER PRIMARY KEY,  -- 1, 2, 3 …
  kind TEXT NOT NULL,            -- init dataset model generate score rank select refine evaluate drop merge
  time TEXT NOT NULL,            -- UTC, ISO 8601
  summary TEXT NOT NULL,         -- what it did, in a few words
  arguments TEXT NOT NULL,       -- JSON object: the command's that its content lacks; what a protocol fixes
  psrdb TEXT NOT NULL,           -- version of psrdb that wrote it
  blas TEXT NOT NULL,            -- name of the BLAS and of its kernels
  threads INTEGER NOT NULL,      -- worker threads it ran on
  tensors INTEGER NOT NULL,      -- how many tensors came with it
  bytes INTEGER NOT NULL,        -- their size
  previous TEXT NOT NULL,        -- digest of the entry before; 64 zeros for the first
  digest TEXT NOT NULL           -- SHA-256 of this entry as stored
) STRICT;

-- One row for each tensor the journal names.
CREATE TABLE tensors (
  entry INTEGER NOT NULL,   -- journal entry
  number INTEGER NOT NULL,  -- position in the entry's list
  name TEXT NOT NULL,       -- latent, image, logits, features, scores …
  class INTEGER,            -- class its rows belong to
  dtype TEXT NOT NULL,      -- u8 i32 i64 f16 f32
  shape TEXT NOT NULL,      -- JSON array; the first number counts rows
  bytes INTEGER NOT NULL,   -- size of the rows
  sha256 TEXT NOT NULL,     -- of the rows' bytes
  created INTEGER NOT NULL,
  PRIMARY KEY (entry, number)
) STRICT, WITHOUT ROWID;

-- Real images: one row for each split of a data set.
CREATE TABLE datasets (
  entry INTEGER PRIMARY KEY,  -- journal entry
  dataset TEXT NOT NULL,      -- name
  split TEXT NOT NULL,        -- train or test
  height INTEGER NOT NULL,    -- pixels
  width INTEGER NOT NULL,     -- pixels
  channels INTEGER NOT NULL,  -- 1 grey, 3 RGB
  classes INTEGER NOT NULL,   -- how many
  images INTEGER NOT NULL,    -- how many
  mean TEXT NOT NULL,         -- JSON array: of each channel over the train split, in 0…1
  sd TEXT NOT NULL,           -- JSON array: likewise
  flips INTEGER NOT NULL,     -- 1 if mirror images belong to their class
  source TEXT NOT NULL,       -- SHA-256 over the source files
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE classes (
  dataset TEXT NOT NULL,    -- name of the data set
  class INTEGER NOT NULL,   -- 0, 1, 2 …
  name TEXT NOT NULL,       -- as the data set calls it
  created INTEGER NOT NULL,
  PRIMARY KEY (dataset, class)
) STRICT, WITHOUT ROWID;

-- One row for each real image.
CREATE TABLE images (
  item INTEGER PRIMARY KEY,   -- see above
  id TEXT NOT NULL UNIQUE,    -- DATASET-SPLIT-CLASS-ROW, row padded to 5 digits
  dataset TEXT NOT NULL,
  split TEXT NOT NULL,        -- train or test
  class INTEGER NOT NULL,
  entry INTEGER NOT NULL,     -- journal entry that holds it
  row INTEGER NOT NULL,       -- row in that entry's tensors of this class
  position INTEGER NOT NULL,  -- place in the source
  created INTEGER NOT NULL
) STRICT;

-- Networks whose weights the pool holds.
CREATE TABLE models (
  entry INTEGER PRIMARY KEY,   -- journal entry that holds the weights
  digest TEXT NOT NULL,        -- SHA-256 of the safetensors file
  role TEXT NOT NULL,          -- teacher judge autoencoder prior
  architecture TEXT NOT NULL,  -- family and settings
  bytes INTEGER NOT NULL,      -- size of the file
  origin TEXT NOT NULL,        -- where it came from
  created INTEGER NOT NULL
) STRICT;

-- One row for each batch of candidates: what they were made with.
CREATE TABLE generations (
  entry INTEGER PRIMARY KEY,   -- journal entry that holds the batch
  generation TEXT NOT NULL,    -- its name
  plan TEXT NOT NULL,          -- 8 hex digits of the SHA-256 of seed, prior, autoencoder, sampler, steps and guidance, a newline between
  class INTEGER NOT NULL,
  first INTEGER NOT NULL,      -- number of the first candidate
  candidates INTEGER NOT NULL, -- how many
  seed INTEGER NOT NULL,
  prior TEXT NOT NULL,         -- model digest; SHA-256 of the file where sampler is 'import'
  autoencoder TEXT NOT NULL,   -- model digest
  sampler TEXT NOT NULL,       -- 'import': made elsewhere
  steps INTEGER NOT NULL,
  guidance REAL NOT NULL,
  created INTEGER NOT NULL
) STRICT;

-- Generated images. What identifies one is stable across reindex, merge and machines: `id`.
CREATE TABLE candidates (
  item INTEGER PRIMARY KEY,  -- of its version 0
  id TEXT NOT NULL UNIQUE,   -- CLASS-NUMBER-PLAN, number padded to 5 digits
  class INTEGER NOT NULL,
  number INTEGER NOT NULL,   -- 0, 1, 2 … in its class
  generation TEXT NOT NULL,
  plan TEXT NOT NULL,
  seed INTEGER NOT NULL,
  entry INTEGER NOT NULL,    -- journal entry that holds it
  row INTEGER NOT NULL,      -- row in that entry's tensors
  created INTEGER NOT NULL,
  dropped INTEGER
) STRICT;

-- Version 0 of a candidate is as generated; refinements add 1, 2 …, accepted or not.
CREATE TABLE versions (
  item INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,     -- CANDIDATE@VERSION
  candidate TEXT NOT NULL,     -- candidates.id
  version INTEGER NOT NULL,
  class INTEGER NOT NULL,
  accepted INTEGER NOT NULL,   -- 1, or 0 where the refinement was not accepted
  parent TEXT,                 -- versions.id refined here; NULL for version 0
  refinement TEXT,             -- name; NULL for version 0
  entry INTEGER NOT NULL,      -- journal entry that holds it
  row INTEGER NOT NULL,        -- row in that entry's tensors
  created INTEGER NOT NULL,
  dropped INTEGER
) STRICT;
CREATE INDEX versions_by_candidate ON versions (candidate, version) WHERE version > 0;

-- A candidate that was there already and came again with other bytes.
CREATE TABLE conflicts (
  item INTEGER PRIMARY KEY,  -- the bytes that came later
  candidate TEXT NOT NULL,   -- candidates.id
  entry INTEGER NOT NULL,
  row INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX conflicts_by_candidate ON conflicts (candidate);

-- One row for each batch that was scored: by whom.
CREATE TABLE scorings (
  entry INTEGER PRIMARY KEY,  -- journal entry that holds logits, features and scores
  scoring TEXT NOT NULL,      -- its name
  target INTEGER NOT NULL,    -- journal entry whose rows were scored
  class INTEGER NOT NULL,
  items INTEGER NOT NULL,     -- how many
  teacher TEXT NOT NULL,      -- model digest
  judge TEXT,                 -- model digest
  views INTEGER NOT NULL,     -- teacher views of each image
  seed INTEGER NOT NULL,
  flips INTEGER NOT NULL,     -- 1 if views are mirrored, as the data set lets them be
  created INTEGER NOT NULL
) STRICT;

-- One row for each item and scoring, real images included. A score that was not computed is NULL.
CREATE TABLE scores (
  item INTEGER NOT NULL,      -- versions.item or images.item
  scoring TEXT NOT NULL,
  class INTEGER NOT NULL,
  correct INTEGER,            -- 1 if the class is the argmax of the mean of the teacher's distributions over views
  confidence REAL,            -- teacher's probability of the class
  reliability REAL,           -- mean over views of the log-probability of the class, nats
  entropy REAL,               -- of the teacher's mean distribution, nats
  margin REAL,                -- probability of the class less that of the best other
  agreement REAL,             -- part of the views whose argmax is the class
  judge_correct INTEGER,      -- 1 if the judge's argmax is the class
  judge_confidence REAL,      -- judge's probability of the class
  entry INTEGER NOT NULL,     -- journal entry of the scoring (scorings.entry)
  created INTEGER NOT NULL,
  PRIMARY KEY (item, scoring)
) STRICT, WITHOUT ROWID;
CREATE INDEX scores_by_class ON scores (class, scoring, confidence DESC, item);

-- Ordered picks of each class. A longer ranking of the same key ends a shorter one.
CREATE TABLE rankings (
  entry INTEGER PRIMARY KEY,   -- journal entry
  key TEXT NOT NULL,           -- digest of all that determines the order
  strategy TEXT NOT NULL,
  parameters TEXT NOT NULL,    -- JSON object
  source TEXT NOT NULL,        -- pool or real
  scoring TEXT NOT NULL,
  slice TEXT NOT NULL,         -- what cut the slice: classes, versions, a condition …; empty for all
  terms TEXT NOT NULL,         -- JSON array: names of the gains
  length INTEGER NOT NULL,     -- picks of a class
  created INTEGER NOT NULL,
  dropped INTEGER
) STRICT;

CREATE TABLE picks (
  ranking INTEGER NOT NULL,  -- rankings.entry; picks of one that ended stay
  class INTEGER NOT NULL,
  rank INTEGER NOT NULL,     -- 0 is picked first
  item INTEGER NOT NULL,     -- versions.item or images.item
  id TEXT NOT NULL,          -- its id
  gain REAL,                 -- what this pick added, all terms; NULL where there are none
  gains TEXT NOT NULL,       -- JSON array: of each term (rankings.terms)
  bound REAL,                -- sum of the rank + 1 largest gains left after it
  flagged INTEGER NOT NULL,  -- 1: back-filled, it did not pass the gate or repeats another
  created INTEGER NOT NULL,
  PRIMARY KEY (ranking, class, rank)
) STRICT, WITHOUT ROWID;

-- Named cuts of rankings, and what refinements made of them.
CREATE TABLE selections (
  entry INTEGER PRIMARY KEY,       -- journal entry
  selection TEXT NOT NULL UNIQUE,  -- name
  ipc INTEGER NOT NULL,            -- images of a class, the most there are
  factor INTEGER NOT NULL,         -- an image holds factor × factor members, in the order of ranks
  counts TEXT NOT NULL,            -- JSON array: members of each class
  strategy TEXT NOT NULL,          -- of its ranking
  source TEXT NOT NULL,            -- pool or real
  scoring TEXT NOT NULL,           -- of its ranking
  ranking INTEGER,                 -- rankings.entry it was cut from; main.rankings has those that ended
  base TEXT,                       -- the selection it refines
  refinement TEXT,                 -- the refinement it takes
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
  selection TEXT NOT NULL,   -- selections.selection
  class INTEGER NOT NULL,
  rank INTEGER NOT NULL,     -- place in the class
  item INTEGER NOT NULL,     -- versions.item or images.item
  id TEXT NOT NULL,          -- versions.id or images.id
  candidate TEXT,            -- candidates.id; NULL for a real image
  entry INTEGER NOT NULL,    -- journal entry that holds it
  row INTEGER NOT NULL,      -- row in that entry's tensors of this class
  gain REAL,                 -- as in picks; of a refined member, those of what was refined
  gains TEXT,                -- as in picks
  bound REAL,                -- as in picks
  flagged INTEGER NOT NULL,  -- as in picks
  created INTEGER NOT NULL,
  PRIMARY KEY (selection, class, rank)
) STRICT, WITHOUT ROWID;

-- One row for each refined version: what it gained, and why it was not accepted.
CREATE TABLE refinements (
  item INTEGER PRIMARY KEY,      -- versions.item
  version TEXT NOT NULL,         -- versions.id
  parent TEXT NOT NULL,          -- versions.id refined
  refinement TEXT NOT NULL,      -- name
  selection TEXT NOT NULL,       -- refined for
  class INTEGER NOT NULL,
  verdict TEXT NOT NULL,         -- accepted, or why not: students label prior nan
  accepted INTEGER NOT NULL,
  set_loss_before REAL,          -- of the whole set, mean over held-out training images: half the squared error, summed
                                 -- over classes, of the soft labels that ridge regression on fresh networks'
                                 -- features predicts
  set_loss_after REAL,
  judge_loss_before REAL,        -- cross-entropy, nats
  judge_loss_after REAL,
  teacher_loss_before REAL,      -- likewise, the teacher's
  teacher_loss_after REAL,
  residual_before REAL,          -- the prior's weighted error on the noised latent, per element
  residual_after REAL,
  distance REAL,                 -- from the parent's latent, root mean square
  high_frequency_before REAL,    -- energy of second differences over that of white noise of the same variance
  high_frequency_after REAL,
  entry INTEGER NOT NULL,
  row INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT;

-- One row for each student trained from scratch. Where it was not trained here, its entry's
-- journal.arguments have `imported`, SHA-256 of the file it came in, and, where that said so, `psrdb`
-- and `blas` that it was made with.
CREATE TABLE evaluations (
  entry INTEGER PRIMARY KEY,     -- journal entry
  selection TEXT NOT NULL,       -- trained on
  protocol TEXT NOT NULL,        -- hard or soft
  student TEXT NOT NULL,         -- architecture
  seed INTEGER NOT NULL,
  epochs INTEGER NOT NULL,
  accuracy REAL NOT NULL,        -- on the test split after the last epoch, in 0…1
  class_accuracy TEXT NOT NULL,  -- JSON array
  settings TEXT NOT NULL,        -- JSON object of what may differ; see journal.arguments for what may not
  test TEXT NOT NULL,            -- SHA-256 of the digests of the test split's `images`, hex, by class, a newline between
  train TEXT NOT NULL,           -- SHA-256 of the training images' bytes, as they are held, by class and rank
  seconds REAL NOT NULL,         -- of training and testing it; of one that was stopped, since it went on
  created INTEGER NOT NULL
) STRICT;

-- What was dropped, and where merged pools came from.
CREATE TABLE drops (
  entry INTEGER PRIMARY KEY,  -- journal entry
  reason TEXT NOT NULL,
  versions INTEGER NOT NULL,  -- how many
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE merges (
  entry INTEGER PRIMARY KEY,  -- journal entry; what was merged comes after it
  pool TEXT NOT NULL,         -- the other pool's name
  head TEXT NOT NULL,         -- its last digest
  entries INTEGER NOT NULL,   -- how many were taken
  created INTEGER NOT NULL
) STRICT;

-- The classes of the data set that the pool is of, its first, which candidates' numbers mean.
CREATE VIEW pool_classes AS
SELECT class, name FROM classes
WHERE dataset = (SELECT dataset FROM datasets ORDER BY entry LIMIT 1);

-- Versions with their scores, one row for each version and scoring (a version that was not scored
-- has one row, with NULL): what `ls --where` and `select --where` speak about. `nondeterministic` is 1
-- where a merge brought the candidate again with other bytes.
CREATE VIEW version_scores AS
SELECT
  v.id, v.candidate, v.version, v.class,
  (SELECT name FROM pool_classes AS k WHERE k.class = v.class) AS class_name,
  c.number, c.generation, c.plan, c.seed,
  EXISTS (SELECT 1 FROM conflicts AS x WHERE x.candidate = c.id) AS nondeterministic,
  v.accepted, v.parent, v.refinement,
  s.scoring, s.correct, s.confidence, s.reliability, s.entropy, s.margin, s.agreement,
  s.judge_correct, s.judge_confidence,
  v.item, v.entry, v.row, v.created, v.dropped
FROM versions AS v
JOIN candidates AS c ON c.id = v.candidate
LEFT JOIN scores AS s ON s.item = v.item;

-- Real images with their scores, likewise.
CREATE VIEW image_scores AS
SELECT
  i.id, i.dataset, i.split, i.class,
  (SELECT name FROM classes AS k WHERE k.class = i.class AND k.dataset = i.dataset) AS class_name,
  s.scoring, s.correct, s.confidence, s.reliability, s.entropy, s.margin, s.agreement,
  s.judge_correct, s.judge_confidence,
  i.position, i.item, i.entry, i.row, i.created
FROM images AS i
LEFT JOIN scores AS s ON s.item = i.item;
