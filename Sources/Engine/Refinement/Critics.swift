/// The teacher and the judge, looking at images before and after refinement. The judge had no part
/// in it.
struct Critics {
  let teacher: Classifier
  let judge: Classifier
  let scaling: ImageScaling
  let views: [View]

  /// Outcomes without what is not seen in images (distance, residuals, the set's loss).
  /// - Parameters:
  ///   - before: images in −1...1, [n, H, W, C]; `after` likewise.
  func outcomes(before: Tensor, after: Tensor, labels: [Int]) -> [Outcome] {
    let judged = (opinions(judge, before, labels), opinions(judge, after, labels))
    let taught = (opinions(teacher, before, labels), opinions(teacher, after, labels))
    return labels.indices.map { row in
      Outcome(
        judgeLossBefore: judged.0.losses[row], judgeLossAfter: judged.1.losses[row],
        teacherLossBefore: taught.0.losses[row], teacherLossAfter: taught.1.losses[row],
        highFrequencyBefore: highFrequency(before, row: row),
        highFrequencyAfter: highFrequency(after, row: row),
        keepsClass: judged.1.correct[row] && taught.1.correct[row])
    }
  }

  /// Mean cross-entropy over the views, and whether the mean output's argmax is the label.
  private func opinions(_ network: Classifier, _ images: Tensor, _ labels: [Int])
    -> (losses: [Float], correct: [Bool])
  {
    let seen = scaling.standardised(symmetric: images)
    let classes = network.architecture.classes
    let targets = oneHot(labels, classes: classes)
    var losses = [Float](repeating: 0, count: images.rows)
    let mean = Tensor(zeros: [images.rows, classes])
    for view in views {
      let (_, logits) = network.forward(view.apply(seen), .inference)
      for (row, loss) in softmaxLoss(logits, targets: targets).losses.enumerated() {
        losses[row] += loss / Float(views.count)
      }
      mean.add(softmax(logits))
    }
    return (losses, zip(mean.argmaxRows(), labels).map(==))
  }
}
