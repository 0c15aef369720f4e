import Engine
import Store

/// What each member of a selection does for its class, whatever strategy picked it: what it covers,
/// and which other member is nearest to it.
struct Reasons {
  private let pool: Pool
  private let scoring: String
  private let asOf: Int64?
  private let features: FeatureReader

  init(_ pool: Pool, scoring: String, asOf: Int64?) throws {
    self.pool = pool
    self.scoring = scoring
    self.asOf = asOf
    features = try FeatureReader(pool, scoring: scoring, asOf: asOf)
  }

  /// Explains the members of a class, in order; nil where one of them is not scored, or, after a
  /// merge, where two teachers saw them.
  ///
  /// To be covered are the class's real training images, or else its candidates as generated that
  /// pass the gate.
  /// - Throws: `PoolError` when the pool cannot be read.
  func explain(_ members: [CandidateSlice.Place], label: Int) throws -> [Explanation]? {
    guard members.allSatisfy({ features.isScored($0, label: label) }),
      let targets = try targets(label, members)
    else { return nil }
    do {
      let chosen = try features.candidates(
        CandidateSlice.Members(label: label, rows: members), covering: targets)
      return Explanation.explain(Array(members.indices), of: chosen)
    } catch let error as SelectionError {
      throw PoolError(
        .failure, "Class \(label) cannot be explained: \(error).", remedy: "psrdb verify --deep")
    }
  }

  private func targets(_ label: Int, _ members: [CandidateSlice.Place]) throws -> Tensor? {
    guard features.areOfOneTeacher(members, label: label) else { return nil }
    if let real = try features.realFeatures(label) { return real }
    let slice = CandidateSlice(source: .pool, scoring: scoring, needsScores: true, classes: [label])
    guard let all = try slice.classes(in: pool, asOf: asOf).first,
      features.areOfOneTeacher(members + all.rows, label: label)
    else { return nil }
    return try features.candidates(all).targets
  }
}
