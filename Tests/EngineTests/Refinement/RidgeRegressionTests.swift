import Testing

@testable import Engine

struct RidgeRegressionTests {
  private static func random(_ shape: [Int], _ index: Int) -> Tensor {
    var random = Philox(seed: 11, .test, index: index)
    return random.normal(shape)
  }

  /// Against the regression written down term by term in double precision, with the ridge of the
  /// unmoved features, which is what the gradient takes as constant.
  private static func loss(
    _ set: Tensor, _ labels: Tensor, _ real: Tensor, _ targets: Tensor, add: Double
  )
    -> Double
  {
    let (n, m, d, k) = (set.rows, real.rows, set.rowSize, labels.rowSize)
    func dot(_ a: Tensor, _ i: Int, _ b: Tensor, _ j: Int) -> Double {
      (0..<d).reduce(0) { $0 + Double(a[i * d + $1]) * Double(b[j * d + $1]) }
    }
    // Gauss and Jordan on [K | Y].
    var rows = (0..<n).map { i in
      (0..<n).map { dot(set, i, set, $0) + (i == $0 ? add : 0) }
        + (0..<k).map { Double(labels[i * k + $0]) }
    }
    for pivot in 0..<n {
      let scale = rows[pivot][pivot]
      rows[pivot] = rows[pivot].map { $0 / scale }
      for other in 0..<n where other != pivot {
        let factor = rows[other][pivot]
        for column in rows[other].indices { rows[other][column] -= factor * rows[pivot][column] }
      }
    }
    var sum = 0.0
    for i in 0..<m {
      for c in 0..<k {
        let p = (0..<n).reduce(0) { $0 + dot(real, i, set, $1) * rows[$1][n + c] }
        sum += (p - Double(targets[i * k + c])) * (p - Double(targets[i * k + c]))
      }
    }
    return sum / 2 / Double(m)
  }

  @Test func lossAndGradientAreThoseOfTheRegression() throws {
    let (set, labels) = (Self.random([5, 9], 1), Self.random([5, 3], 2))
    let (real, targets) = (Self.random([7, 9], 3), Self.random([7, 3], 4))
    let regression = RidgeRegression(ridge: 0.1)
    let (loss, gradient) = try #require(
      regression.gradient(set: set, labels: labels, real: real, targets: targets))
    let add = 0.1 * set.values.reduce(0.0) { $0 + Double($1) * Double($1) } / 5
    #expect(abs(Double(loss) - Self.loss(set, labels, real, targets, add: add)) < 1e-4)
    for i in 0..<set.count {
      let (up, down) = (set.copy(), set.copy())
      up[i] += 1e-2
      down[i] -= 1e-2
      let slope =
        (Self.loss(up, labels, real, targets, add: add)
          - Self.loss(down, labels, real, targets, add: add)) / 2e-2
      #expect(abs(slope - Double(gradient[i])) < 1e-3 * max(1, abs(slope)))
    }
  }

  @Test func whatCannotBeSolvedHasNoGradient() {
    let set = Self.random([3, 4], 1)
    set[5] = .nan
    let labels = Self.random([3, 2], 2)
    #expect(
      RidgeRegression().gradient(
        set: set, labels: labels, real: Self.random([2, 4], 3), targets: Self.random([2, 2], 4))
        == nil)
    #expect(
      RidgeRegression().gradient(
        set: Tensor(zeros: [3, 4]), labels: labels, real: Self.random([2, 4], 3),
        targets: Self.random([2, 2], 4)) == nil)
  }
}
