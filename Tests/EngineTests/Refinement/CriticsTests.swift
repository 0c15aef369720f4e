import Testing

@testable import Engine

struct CriticsTests {
  /// A network that says the same of every image.
  private func network(_ logits: [Float]) -> Classifier {
    let network = Classifier(
      ClassifierArchitecture(.mlp, depth: 2, width: 4, image: [16, 16, 1], classes: 3), seed: 1)
    for parameter in network.parameters {
      parameter.value =
        parameter.name == "classifier.bias"
        ? Tensor(logits, shape: [3]) : Tensor(zeros: parameter.value.shape)
    }
    return network
  }

  private func opinions(teacher: [Float], judge: [Float]) -> [Critics.Opinion] {
    let critics = Critics(
      teacher: network(teacher), judge: network(judge),
      scaling: ImageScaling(mean: [0.5], sd: [0.5]), views: View.list(2, seed: 1, flips: true))
    var random = Philox(seed: 1, .test)
    return critics.opinions(random.normal([3, 16, 16, 1]), labels: [0, 1, 2])
  }

  @Test func bothHaveToSeeTheClass() {
    let divided = opinions(teacher: [2, 0, 0], judge: [0, 1, 0])
    #expect(divided.map(\.keepsClass) == [false, false, false])
    let agreed = opinions(teacher: [2, 0, 0], judge: [1, 0, 0])
    #expect(agreed.map(\.keepsClass) == [true, false, false])
  }

  /// log(e² + 2) = 2.239545 and log(e + 2) = 1.551445, less the class's logit.
  @Test func lossesAreCrossEntropies() {
    let opinions = opinions(teacher: [2, 0, 0], judge: [0, 1, 0])
    let teacher: [Float] = [0.239545, 2.239545, 2.239545]
    let judge: [Float] = [1.551445, 0.551445, 1.551445]
    for (row, opinion) in opinions.enumerated() {
      #expect(abs(opinion.teacherLoss - teacher[row]) < 1e-5)
      #expect(abs(opinion.judgeLoss - judge[row]) < 1e-5)
    }
  }
}
