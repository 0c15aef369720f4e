/// A set function as greedy selection sees it: what a row would add to the set so far.
protocol Objective {
  /// The gain of a row, to be maximised.
  func gain(of row: Int) -> Float
  /// Its parts, for the record; they sum to the gain where the strategy maximises a sum.
  func terms(of row: Int) -> [Float]
  /// Adds a row to the set.
  mutating func add(_ row: Int)
}
