/// The change an entry records.
public enum EntryKind: String, Codable, CaseIterable, Sendable {
  case `init`, dataset, model, generate, score, rank, select, refine, evaluate, drop, merge

  /// Bytes that an entry of this kind has: it is JSON without white space.
  var mark: [UInt8] { Array("\"kind\":\"\(rawValue)\"".utf8) }
}
