/// The tensors nobody needs any more: computed of rows all of which were dropped. `gc` frees them;
/// until then they are there, and afterwards their absence is no damage.
struct SpentRows {
  /// Entries whose rows were all dropped.
  private var spent: Set<Int64> = []

  /// - Parameter integers: the elements of an entry's tensor.
  init(_ entries: [Entry], integers: (Int64, Int) throws -> [Int64]) rethrows {
    var dropped: [Int64: Set<Int64>] = [:]
    for entry in entries where entry.kind == .drop {
      for number in entry.tensors.indices {
        let pairs = try integers(entry.sequence, number)
        for pair in stride(from: 0, to: pairs.count - 1, by: 2) {
          dropped[pairs[pair], default: []].insert(pairs[pair + 1])
        }
      }
    }
    for entry in entries {
      guard let rows = dropped[entry.sequence],
        let latent = entry.tensors.first(where: { $0.name == "latent" })
      else { continue }
      if rows.count == latent.rows { spent.insert(entry.sequence) }
    }
  }

  /// Whether a tensor of an entry belongs to spent rows alone. What the index is made of stays.
  func contains(_ entry: Entry, _ tensor: TensorDescription) -> Bool {
    switch entry.content {
    case .generate, .refine:
      spent.contains(entry.sequence) && ["latent", "image"].contains(tensor.name)
    case .score(let content):
      spent.contains(content.target) && ["logits", "features"].contains(tensor.name)
    default: false
    }
  }
}
