import CKernels

/// A learned vector for each class and, as the last row, one for "no class" (classifier-free
/// guidance): [n] → [n, width]. The parameter's name is DiT's.
final class LabelEmbedding {
  private let table: Parameter
  private let width: Int
  private var labels: [Int] = []

  init(_ name: String, classes: Int, width: Int, _ initializer: inout Initializer) {
    self.width = width
    table = Parameter(
      name + ".embedding_table.weight",
      initializer.normal([classes + 1, width], deviation: 0.02))
  }

  var parameters: [Parameter] { [table] }

  func forward(_ labels: [Int], _ pass: Pass) -> Tensor {
    if pass.keeps { self.labels = labels }
    return table.value.gather(labels)
  }

  func backward(_ gradient: Tensor) {
    for (row, label) in labels.enumerated() {
      psr_axpy(
        width, 1, gradient.pointer + row * width, table.gradient.pointer + label * width)
    }
  }
}
