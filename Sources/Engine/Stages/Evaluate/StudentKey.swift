import Store

/// What determines a student: trained again on the same type of CPU it has the same accuracy.
struct StudentKey: Hashable {
  var selection: String
  var protocolName: String
  /// The architecture's full name.
  var student: String
  var settings: [String: String]
  var seed: UInt64
  var epochs: Int
  /// SHA-256 of the training images, hex.
  var train: String

  /// All of it in one line.
  var identity: String {
    let settings = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return "\(selection) \(protocolName) \(student) \(settings) \(seed) \(epochs) \(train)"
  }

  /// Accuracies of the students that a pool knows, trained in it or imported.
  /// - Throws: `PoolError` when the journal cannot be read.
  static func accuracies(in pool: Pool) throws -> [StudentKey: Double] {
    var accuracies: [StudentKey: Double] = [:]
    for entry in try pool.entries(.evaluate) {
      guard case .evaluate(let content) = entry.content else { continue }
      accuracies[StudentKey(content)] = content.accuracy
    }
    return accuracies
  }
}

extension StudentKey {
  init(_ content: EvaluateContent) {
    self.init(
      selection: content.selection, protocolName: content.protocolName, student: content.student,
      settings: content.settings, seed: content.seed, epochs: content.epochs, train: content.train)
  }
}
