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
  /// Members that an image of the selection holds are factor × factor; nil for 1.
  public var factor: Int?

  public init(
    selection: String, ranking: Int64? = nil, counts: [Int], base: String? = nil,
    refinement: String? = nil, factor: Int = 1
  ) {
    self.selection = selection
    self.ranking = ranking
    self.counts = counts
    self.base = base
    self.refinement = refinement
    self.factor = factor == 1 ? nil : factor
  }
}
