extension Entry {
  /// What it did, in a few words.
  public var summary: String {
    switch content {
    case .`init`(let content): "pool \(content.pool.prefix(8))"
    case .dataset(let content):
      "\(content.dataset) \(content.split): \(content.counts.reduce(0, &+)) images"
    case .model(let content): "\(content.role) \(content.architecture)"
    case .generate(let content):
      "\(content.generation) class \(content.class): "
        + "\(tensors.first?.rows ?? 0) from \(content.first)"
    case .score(let content):
      "\(content.scoring) class \(content.class): \(tensors.first?.rows ?? 0) of entry "
        + "\(content.target)"
    case .rank(let content): "\(content.strategy) over \(content.source), \(content.length) a class"
    case .select(let content):
      "\(content.selection): \(content.counts.reduce(0, &+)) "
        + (content.base.map { "of \($0), refined" } ?? "images")
    case .refine(let content):
      "\(content.refinement) class \(content.class): "
        + "\(content.verdicts.count { $0 == "accepted" }) of \(content.verdicts.count) accepted"
    case .evaluate(let content):
      "\(content.selection), \(content.protocolName): \(content.student) "
        + "\((content.accuracy * 10000).rounded() / 100) %"
    case .drop(let content): content.reason
    case .merge(let content): "pool \(content.pool.prefix(8)): \(content.entries) entries"
    }
  }
}
