import Engine
import Foundation
import Store

/// What a teacher and a judge say of images.
struct Scorer {
  let teacher: Classifier
  let judge: Classifier?
  let views: [View]
  let scaling: ImageScaling

  struct Scores {
    /// [n, views, K]
    var logits: [Float] = []
    /// [n, D], unit length, of the first view.
    var features: [Float] = []
    var featureSize = 0
    /// [n, columns]
    var scores: [Float] = []

    /// As an entry of the journal has them.
    func tensors(class label: Int, count: Int, views: Int) -> [TensorDraft] {
      [
        TensorDraft(
          "logits", class: label, shape: [count, views, logits.count / max(1, count * views)],
          f16: logits),
        TensorDraft("features", class: label, shape: [count, featureSize], f16: features),
        TensorDraft(
          "scores", class: label, shape: [count, scores.count / max(1, count)], f32: scores),
      ]
    }
  }

  /// The columns of `scores`; the judge's only where there is one.
  var columns: [String] {
    ScoreContent.allColumns.filter { judge != nil || !$0.hasPrefix("judge_") }
  }

  /// - Parameters:
  ///   - images: u8 NHWC, all of class `label`.
  ///   - first: place of the first of them among all of its batch (`Blocks`).
  func score(
    _ images: [UInt8], shape: [Int], label: Int, first: Int, progress: (Int) throws -> Void
  )
    throws -> Scores
  {
    let count = shape[0]
    let size = shape.dropFirst().reduce(1, *)
    var result = Scores()
    try Blocks.forEach(first: first, count: count) { rows, places in
      let bytes = Array(images[rows.lowerBound * size..<rows.upperBound * size])
      let seen = scaling.standardised(bytes: bytes, shape: [rows.count] + shape.dropFirst())
      let block = Blocks.padded(seen, at: places.lowerBound)
      var outputs: [Tensor] = []
      for (number, view) in views.enumerated() {
        let (features, logits) = teacher.forward(view.apply(block), .inference)
        try requireFinite(features.rows(places), of: .teacher)
        try requireFinite(logits.rows(places), of: .teacher, isHalf: true)
        outputs.append(logits.rows(places))
        if number == 0 { append(features.rows(places), to: &result) }
      }
      let judged = try judge.map { judge in
        let logits = judge.forward(block, .inference).logits.rows(places)
        try requireFinite(logits, of: .judge)
        return softmax(logits)
      }
      for row in 0..<rows.count {
        for logits in outputs { result.logits += logits.rows(row..<row + 1).values }
        result.scores += numbers(
          views: outputs.map { softmax($0.rows(row..<row + 1)).values }, label: label)
        if let judged {
          let values = judged.rows(row..<row + 1)
          result.scores += [values.argmaxRows()[0] == label ? 1 : 0, values.values[label]]
        }
      }
      try progress(rows.upperBound)
    }
    return result
  }

  private func append(_ features: Tensor, to result: inout Scores) {
    result.featureSize = features.rowSize
    for row in 0..<features.rows {
      let values = features.rows(row..<row + 1).values
      let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      result.features += values.map { Float(Double($0) / max(norm, 1e-12)) }
    }
  }

  /// The teacher's columns from its distribution for each view.
  func numbers(views: [[Float]], label: Int) -> [Float] {
    let classes = views[0].count
    let mean = (0..<classes).map { k in
      views.reduce(0.0) { $0 + Double($1[k]) } / Double(views.count)
    }
    func argmax<T: Comparable>(_ values: [T]) -> Int {
      values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    }
    let reliability =
      views.reduce(0.0) { $0 + log(max(Double($1[label]), 1e-12)) }
      / Double(views.count)
    let entropy = mean.reduce(0.0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
    let other = mean.indices.filter { $0 != label }.map { mean[$0] }.max() ?? 0
    let agreeing = views.count { argmax($0) == label }
    return [
      argmax(mean) == label ? 1 : 0, Float(mean[label]), Float(reliability), Float(entropy),
      Float(mean[label] - other), Float(agreeing) / Float(views.count),
    ]
  }
}
