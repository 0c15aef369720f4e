/// The change an entry records.
public enum EntryKind: String, Codable, CaseIterable, Sendable {
  case `init`, dataset, model, generate, score, rank, select, refine, evaluate, drop, merge
}
