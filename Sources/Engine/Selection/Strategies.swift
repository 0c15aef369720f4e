/// The strategies by name.
public enum Strategies {
  public static let all: [any Strategy.Type] = [
    PSR.self, First.self, Random.self, Confidence.self, Margin.self, Entropy.self, Herding.self,
    KCenter.self, KMeans.self, FacilityLocation.self, GraphCut.self, SaturatedCoverage.self,
    DPP.self, GIST.self,
  ]

  /// The strategy called `name`, with its parameters; those not given have their standard values.
  ///
  /// - Parameter seed: of the strategies that draw random numbers.
  /// - Throws: `SelectionError` for a name or parameter that does not exist, or a value out of
  ///   range.
  public static func make(
    _ name: String, _ parameters: [String: Double] = [:], seed: UInt64 = 0
  ) throws(SelectionError) -> any Strategy {
    guard let type = all.first(where: { $0.name == name }) else {
      throw .unknownStrategy(name, nearest: nearest(to: name))
    }
    var values = Dictionary(uniqueKeysWithValues: type.parameters.map { ($0.name, $0.standard) })
    for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
      guard let parameter = type.parameters.first(where: { $0.name == key }) else {
        throw .unknownParameter(key, strategy: name, known: type.parameters.map(\.name))
      }
      guard parameter.range.contains(value) else {
        throw .invalidParameter(key, strategy: name, value: value, range: parameter.range)
      }
      values[key] = value
    }
    return type.init(values, seed: seed)
  }

  /// The three known names that take the fewest edits, letters and digits alone compared.
  private static func nearest(to name: String) -> [String] {
    func letters(_ text: String) -> String { text.filter { $0 != "-" } }
    let ranked = all.map { ($0.name, editDistance(letters(name), letters($0.name))) }
      .enumerated().sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }
    return ranked.prefix(3).map(\.element.0)
  }
}
