// What each kind of journal entry says, beside its tensors. Field names are the index's column
// names and the `--json` names. An entry refers to rows of tensors as (entry, row): the entry's
// sequence number and the row in its tensors.

/// The change an entry records.
public enum EntryKind: String, Codable, CaseIterable, Sendable {
  case `init`, dataset, model, generate, score, rank, select, refine, evaluate, drop, merge
}

/// `init`: the pool's birth.
public struct InitContent: Codable, Equatable, Sendable {
  /// The on-disk format's number (schema/format.md).
  public var format: Int
  /// Random, 32 hex digits: tells pools apart.
  public var pool: String
}

public enum Split: String, Codable, CaseIterable, Sendable { case train, test }

/// `dataset`: one split of real images, ordered by class.
///
/// Tensors, for each class that has images: `images` u8 [n, H, W, C] and `positions` i32 [n]
/// (the place in the source), both with `class` set.
public struct DatasetContent: Codable, Equatable, Sendable {
  public var dataset: String
  public var split: Split
  /// Height, width, channels.
  public var image: [Int]
  public var classes: [String]
  /// Images of each class.
  public var counts: [Int]
  /// Of each channel over the train split, in 0...1; students and classifiers normalise by them.
  public var mean: [Double]
  public var sd: [Double]
  /// SHA-256 over the source files' bytes, hex.
  public var source: String
}

public enum Role: String, Codable, CaseIterable, Sendable {
  case teacher, judge, autoencoder, prior
}

/// `model`: weights of one network. Tensor: `weights` u8 [bytes], a safetensors file whole.
public struct ModelContent: Codable, Equatable, Sendable {
  public var role: Role
  /// The network's family and its settings, as in the file's `__metadata__`.
  public var architecture: String
  /// SHA-256 of the safetensors file, hex: the model's identity everywhere.
  public var digest: String
  public var bytes: Int
  /// The file it was imported from, or the training run.
  public var origin: String
}

/// `generate`: candidates of one class, a contiguous run of indices first..<first+n.
///
/// Tensors: `latent` f16 [n, h, w, c] and `image` u8 [n, H, W, C] (decoded from the stored f16
/// latent), both with `class` set. Row r holds the candidate of index first + r, version 0.
/// A candidate's id is `CLASS-INDEX-PLAN` (index zero-padded to 5), a version's adds `@N`.
public struct GenerateContent: Codable, Equatable, Sendable {
  /// The generation's name, e.g. "base".
  public var generation: String
  /// The first 8 hex digits of the SHA-256 of everything below but first and class: what makes
  /// ids stable across merges and machines.
  public var plan: String
  public var `class`: Int
  public var first: Int
  public var seed: UInt64
  /// Model digests.
  public var prior: String
  public var autoencoder: String
  public var sampler: String
  public var steps: Int
  public var guidance: Double
}

/// `score`: what a teacher (and a judge) say of the rows of one entry and class.
///
/// Tensors, with `class` set: `logits` f16 [n, views, K], `features` f16 [n, D] (unit length),
/// `scores` f32 [n, columns]. Row r belongs to row r of the target's tensors of that class.
public struct ScoreContent: Codable, Equatable, Sendable {
  /// The scoring's name, e.g. "base".
  public var scoring: String
  /// The generate, refine or dataset entry whose rows are scored.
  public var target: Int64
  public var `class`: Int
  public var teacher: String
  public var judge: String?
  public var views: Int
  public var seed: UInt64
  /// Names of the columns of `scores`, out of the index's score columns: correct, confidence,
  /// reliability, entropy, margin, agreement, judge_correct, judge_confidence, prior_residual.
  public var columns: [String]
}

public enum Source: String, Codable, CaseIterable, Sendable { case pool, real }

/// `rank`: ordered picks of each class. A longer ranking of the same key replaces a shorter one.
///
/// Tensors for each class, with `class` set: `picks` i64 [k, 2] as (entry, row) in order,
/// `gains` f32 [k, terms], `bounds` f32 [k] (sum of the k largest gains that remained after the
/// first k picks: the certificate at IPC k is G/(G+bound)), `flags` u8 [k] (1: back-filled,
/// it did not pass the gate).
public struct RankContent: Codable, Equatable, Sendable {
  /// SHA-256 over everything that determines the order (strategy, parameters, scoring, slice,
  /// source and the versions ranked), hex. Asked again, it is found instead of computed.
  public var key: String
  public var strategy: String
  public var parameters: [String: Double]
  public var source: Source
  public var scoring: String
  /// The SQL expression over `version_scores` that cut the slice; empty for all.
  public var slice: String
  /// Names of the columns of `gains`.
  public var terms: [String]
  public var length: Int
}

/// `select`: a named cut of a ranking, or what a refinement made of another selection.
public struct SelectContent: Codable, Equatable, Sendable {
  public var selection: String
  /// The rank entry cut here, and how many picks of each class are taken.
  public var ranking: Int64?
  public var counts: [Int]
  /// Or: the selection refined and the refinement; members are its candidates in their newest
  /// version that the refinement accepted, else the version they had.
  public var base: String?
  public var refinement: String?
}

/// `refine`: new versions of one class's candidates.
///
/// Tensors, with `class` set: `parents` i64 [n, 2] (entry, row of the version refined), `latent`
/// f16, `image` u8 as in generate, `outcomes` f32 [n, columns].
public struct RefineContent: Codable, Equatable, Sendable {
  public var refinement: String
  public var selection: String
  public var `class`: Int
  public var seed: UInt64
  public var teacher: String
  public var judge: String
  public var prior: String
  public var autoencoder: String
  public var settings: [String: Double]
  /// For each row: "accepted", or the reason it was not ("judge", "prior", "label", "nan").
  public var verdicts: [String]
  /// Names of the columns of `outcomes`: judge_loss_before, judge_loss_after, teacher_loss_before,
  /// teacher_loss_after, residual_before, residual_after, distance, high_frequency_before,
  /// high_frequency_after.
  public var columns: [String]
}

/// `evaluate`: one student trained from scratch. Tensor: none.
public struct EvaluateContent: Codable, Equatable, Sendable {
  public var selection: String
  public var protocolName: String
  public var student: String
  public var settings: [String: String]
  public var seed: UInt64
  public var epochs: Int
  /// On the test split after the final epoch, in 0...1.
  public var accuracy: Double
  public var classAccuracy: [Double]
  /// SHA-256 of the test split's images and of the training images used, hex.
  public var test: String
  public var train: String
  public var seconds: Double

  enum CodingKeys: String, CodingKey {
    case selection, student, settings, seed, epochs, accuracy, test, train, seconds
    case protocolName = "protocol"
    case classAccuracy = "class_accuracy"
  }
}

/// `drop`: versions that are gone for queries from here on; digests stay.
public struct DropContent: Codable, Equatable, Sendable {
  /// Tensor: `rows` i64 [n, 2] as (entry, row).
  public var reason: String
}

/// `merge`: where the entries that follow came from.
public struct MergeContent: Codable, Equatable, Sendable {
  public var pool: String
  /// The chain head of the merged pool, hex.
  public var head: String
  public var entries: Int
}

/// The content of an entry, by kind.
public enum Content: Equatable, Sendable {
  case `init`(InitContent)
  case dataset(DatasetContent)
  case model(ModelContent)
  case generate(GenerateContent)
  case score(ScoreContent)
  case rank(RankContent)
  case select(SelectContent)
  case refine(RefineContent)
  case evaluate(EvaluateContent)
  case drop(DropContent)
  case merge(MergeContent)
}
