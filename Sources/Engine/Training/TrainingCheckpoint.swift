import Foundation

/// What a training needs to go on after it was stopped: weights, optimizer, averages and step.
struct TrainingCheckpoint {
  let path: String
  /// What is trained, how and on what: a checkpoint of anything else is refused.
  let identity: String

  /// Writes beside the file and renames, so a stop in between leaves the old one.
  func save(_ parameters: [Parameter], _ optimizer: any Optimizer, _ averages: [Tensor]) throws {
    var file = SafeTensors(metadata: [
      "identity": identity, "steps": String(optimizer.steps),
    ])
    for (i, tensor) in tensors(parameters, optimizer, averages).enumerated() {
      file.tensors[String(i)] = RawTensor(f32: tensor.values, shape: tensor.shape)
    }
    try Files.write(file.write(), to: path)
  }

  /// Puts a saved state back; false when there is none.
  /// - Throws: `FormatError` when the file is damaged or of another training.
  func restore(_ parameters: [Parameter], _ optimizer: any Optimizer, _ averages: [Tensor])
    throws -> Bool
  {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    let file = try SafeTensors.read(Files.read(path), name: path)
    let remedy = "Remove it to start from the beginning, or name another checkpoint."
    guard file.metadata["identity"] == identity,
      let steps = file.metadata["steps"].flatMap(Int.init), steps >= 0
    else {
      throw FormatError(
        .inconsistent, "\(path) is the checkpoint of another training", remedy: remedy)
    }
    for (i, tensor) in tensors(parameters, optimizer, averages).enumerated() {
      guard let raw = file.tensors[String(i)], raw.shape == tensor.shape else {
        throw FormatError(.corrupt, "\(path) lacks tensor \(i) of \(tensor.shape)", remedy: remedy)
      }
      tensor.setRows(at: 0, Tensor(raw.floats, shape: raw.shape))
    }
    optimizer.steps = steps
    for parameter in parameters { parameter.changed() }
    return true
  }

  private func tensors(
    _ parameters: [Parameter], _ optimizer: any Optimizer, _ averages: [Tensor]
  ) -> [Tensor] {
    parameters.map(\.value) + optimizer.state + averages
  }
}
