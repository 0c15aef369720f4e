/// The conditions that differ in a batch: guided sampling has one timestep and a few classes, so
/// what follows from the condition alone is computed once for each of those.
struct DistinctConditions {
  private(set) var timesteps: [Float] = []
  private(set) var labels: [Int] = []
  /// Of each sample, the place of its condition.
  private(set) var own: [Int] = []

  init(_ timesteps: [Float], _ labels: [Int]) {
    struct Condition: Hashable {
      let timestep: Float
      let label: Int
    }
    var places: [Condition: Int] = [:]
    for (timestep, label) in zip(timesteps, labels) {
      let condition = Condition(timestep: timestep, label: label)
      let place = places[condition] ?? self.labels.count
      if place == self.labels.count {
        places[condition] = place
        self.timesteps.append(timestep)
        self.labels.append(label)
      }
      own.append(place)
    }
  }
}

extension Linear {
  /// Outputs of a batch's distinct conditions, a row for each sample; of a row each without `own`.
  func forward(_ conditions: Tensor, _ pass: Pass, of own: [Int]?) -> Tensor {
    let outputs = forward(conditions, pass)
    return own.map(outputs.gather) ?? outputs
  }
}
