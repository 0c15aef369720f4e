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

  /// The kind of entry this is the content of.
  public var kind: EntryKind {
    switch self {
    case .`init`: .`init`
    case .dataset: .dataset
    case .model: .model
    case .generate: .generate
    case .score: .score
    case .rank: .rank
    case .select: .select
    case .refine: .refine
    case .evaluate: .evaluate
    case .drop: .drop
    case .merge: .merge
    }
  }
}

extension Content: Encodable {
  /// Encodes the content of its kind, as it stands in an entry.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .`init`(let content): try content.encode(to: encoder)
    case .dataset(let content): try content.encode(to: encoder)
    case .model(let content): try content.encode(to: encoder)
    case .generate(let content): try content.encode(to: encoder)
    case .score(let content): try content.encode(to: encoder)
    case .rank(let content): try content.encode(to: encoder)
    case .select(let content): try content.encode(to: encoder)
    case .refine(let content): try content.encode(to: encoder)
    case .evaluate(let content): try content.encode(to: encoder)
    case .drop(let content): try content.encode(to: encoder)
    case .merge(let content): try content.encode(to: encoder)
    }
  }

  /// Decodes the content of a kind.
  init(_ kind: EntryKind, from decoder: any Decoder) throws {
    switch kind {
    case .`init`: self = .`init`(try InitContent(from: decoder))
    case .dataset: self = .dataset(try DatasetContent(from: decoder))
    case .model: self = .model(try ModelContent(from: decoder))
    case .generate: self = .generate(try GenerateContent(from: decoder))
    case .score: self = .score(try ScoreContent(from: decoder))
    case .rank: self = .rank(try RankContent(from: decoder))
    case .select: self = .select(try SelectContent(from: decoder))
    case .refine: self = .refine(try RefineContent(from: decoder))
    case .evaluate: self = .evaluate(try EvaluateContent(from: decoder))
    case .drop: self = .drop(try DropContent(from: decoder))
    case .merge: self = .merge(try MergeContent(from: decoder))
    }
  }
}
