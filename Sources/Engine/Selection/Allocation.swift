/// How many images each class gets.
public enum Allocation {
  /// Divides `total` images among classes so that the sum of their objectives is largest, between
  /// `least` and `most` for each.
  ///
  /// After `least` each, the next image goes to the class whose next pick gains most (to the first
  /// among equals): greedy selection under a partition matroid, from rankings already made. Where
  /// a gain rises along a ranking, as it may once candidates fill up, the least so far counts of
  /// those that are offered.
  ///
  /// - Parameter rankings: one for each class, by a strategy whose gains are comparable between
  ///   classes, as long as `most` where the class has so many candidates.
  /// - Returns: the number of images of each class.
  /// - Throws: `SelectionError.impossibleAllocation` when no allocation meets the limits.
  /// - Complexity: O(n log n) for n picks in all.
  public static func adaptive(
    _ rankings: [Ranking], total: Int, least: Int, most: Int
  ) throws(SelectionError) -> [Int] {
    guard least >= 0, least <= most else {
      throw .impossibleAllocation("the least a class, \(least), is above the most, \(most)")
    }
    if let shortest = rankings.map(\.picks.count).min(), shortest < least {
      throw .impossibleAllocation(
        "a class has \(shortest) ranked candidates, fewer than the least of \(least)")
    }
    let room = rankings.reduce(0) { $0 + min(most, $1.picks.count) }
    guard total >= least * rankings.count, total <= room else {
      throw .impossibleAllocation(
        "\(total) images in all; these classes take from \(least * rankings.count) to \(room)")
    }
    var offers: [(gain: Float, class: Int)] = []
    for (label, ranking) in rankings.enumerated() {
      var gain = Float.infinity
      for (position, terms) in ranking.gains.prefix(most).enumerated() {
        guard position >= least else { continue }
        gain = min(gain, terms.reduce(0, +))
        offers.append((gain, label))
      }
    }
    offers.sort { $0.gain != $1.gain ? $0.gain > $1.gain : $0.class < $1.class }
    var result = Array(repeating: least, count: rankings.count)
    for offer in offers.prefix(total - least * rankings.count) { result[offer.class] += 1 }
    return result
  }
}
