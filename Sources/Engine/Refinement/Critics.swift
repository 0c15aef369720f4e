/// The teacher and the judge, looking at images before and after refinement. No gradient is of the judge;
/// but what it does not see as its class goes back, at the end or, with `check`, on the way.
struct Critics {
  let teacher: Classifier
  let judge: Classifier
  let scaling: ImageScaling
  let views: [View]

  /// What is seen in one image.
  struct Opinion {
    /// Cross-entropy of the class.
    var judgeLoss, teacherLoss: Float
    var highFrequency: Float
    /// Whether both see the class.
    var keepsClass: Bool
  }

  /// - Parameter images: in −1...1, [n, H, W, C]
  func opinions(_ images: Tensor, labels: [Int]) -> [Opinion] {
    let judged = opinions(judge, images, labels)
    let taught = opinions(teacher, images, labels)
    return labels.indices.map { row in
      Opinion(
        judgeLoss: judged.losses[row], teacherLoss: taught.losses[row],
        highFrequency: highFrequency(images, row: row),
        keepsClass: judged.correct[row] && taught.correct[row])
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
