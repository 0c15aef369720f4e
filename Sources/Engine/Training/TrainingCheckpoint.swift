import Foundation

/// What a training needs to go on after it was stopped: weights, optimizer, step, and
/// others such as averages.
public struct TrainingCheckpoint {
  let path: String
  /// What is trained, how and on what: a checkpoint of anything else is refused.
  let identity: String
  private var saved = Date()

  /// Seconds between savings.
  private static let interval = 60.0

  public init(path: String, identity: String) {
    self.path = path
    self.identity = identity
  }

  fileprivate mutating func saveInTime(
    _ parameters: [Parameter], _ optimizer: any Optimizer, _ others: [Tensor]
  ) throws {
    guard -saved.timeIntervalSinceNow > Self.interval else { return }
    try save(parameters, optimizer, others)
    saved = Date()
  }

  /// Writes beside the file and renames, so a stop in between leaves the old one.
  func save(
    _ parameters: [Parameter], _ optimizer: any Optimizer, _ others: [Tensor]
  ) throws {
    var file = SafeTensors(metadata: [
      "identity": identity, "steps": String(optimizer.steps),
    ])
    for (i, tensor) in tensors(parameters, optimizer, others).enumerated() {
      file.tensors[String(i)] = RawTensor(f32: tensor.values, shape: tensor.shape)
    }
    file.metadata["checksum"] = checksum(file)
    try Files.write(file.write(), to: path)
  }

  /// Puts a saved state back, if there is one.
  /// - Parameter total: the steps that the training has.
  /// - Throws: `FormatError` when the file is damaged or of another training, with nothing changed.
  func restore(
    _ parameters: [Parameter], _ optimizer: any Optimizer, _ others: [Tensor] = [], total: Int
  ) throws {
    guard Files.exists(path) else { return }
    let file = try SafeTensors.read(Files.read(path), name: path)
    let remedy = "Remove it to start from the beginning, or give another --output."
    guard file.metadata["identity"] == identity,
      let steps = file.metadata["steps"].flatMap(Int.init), (0...total).contains(steps)
    else {
      throw FormatError(
        .inconsistent, "\(path) is the checkpoint of another training", remedy: remedy)
    }
    guard file.metadata["checksum"] == checksum(file) else {
      throw FormatError(.corrupt, "\(path) is damaged, or of another version", remedy: remedy)
    }
    let tensors = tensors(parameters, optimizer, others)
    let values = try tensors.enumerated().map { i, tensor in
      guard let raw = file.tensors[String(i)], raw.shape == tensor.shape, raw.number == .f32
      else {
        throw FormatError(.corrupt, "\(path) lacks tensor \(i) of \(tensor.shape)", remedy: remedy)
      }
      return Tensor(raw.floats, shape: raw.shape)
    }
    for (tensor, value) in zip(tensors, values) { tensor.setRows(at: 0, value) }
    optimizer.steps = steps
    for parameter in parameters { parameter.changed() }
  }

  /// Of the steps and all bytes of the tensors: a flipped bit must not become a result.
  private func checksum(_ file: SafeTensors) -> String {
    let sums = file.tensors.sorted { $0.key < $1.key }.map { "\(Inflator.crc32($0.value.bytes))" }
    return "\(file.metadata["steps"] ?? "") \(sums.joined(separator: " "))"
  }

  private func tensors(
    _ parameters: [Parameter], _ optimizer: any Optimizer, _ others: [Tensor]
  ) -> [Tensor] {
    parameters.map(\.value) + optimizer.state + others
  }
}

extension TrainingCheckpoint? {
  /// Goes on at a checkpoint; one that is damaged or of other work is left for the next to replace.
  /// - Throws: `FormatError` for one that cannot be read just now.
  func resume(
    _ parameters: [Parameter], _ optimizer: any Optimizer, _ others: [Tensor] = [], total: Int
  ) throws {
    do {
      try self?.restore(parameters, optimizer, others, total: total)
    } catch let error as FormatError where error.code != .io {}
  }

  /// Reports a step. A checkpoint is saved where that stops the training, and every minute.
  mutating func step(
    _ parameters: [Parameter], _ optimizer: any Optimizer, _ others: [Tensor] = [],
    report: () throws -> Void
  ) throws {
    do { try report() } catch {
      try self?.save(parameters, optimizer, others)
      throw error
    }
    try self?.saveInTime(parameters, optimizer, others)
  }
}
