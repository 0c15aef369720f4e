import Testing

@testable import Engine

struct PackedMatrixTests {
  /// Shapes on both sides of a panel's width, a block's height and a cut of rows.
  @Test(
    arguments: [(1, 1, 1), (7, 31, 5), (8, 32, 64), (97, 33, 17), (203, 70, 100)]
      as [(Int, Int, Int)],
    [false, true])
  func agreesWithTheDefinition(_ s: (m: Int, n: Int, k: Int), transposed: Bool) {
    var random = Philox(seed: 1, .test)
    let (a, b) = (random.normal([s.m, s.k]), random.normal(transposed ? [s.n, s.k] : [s.k, s.n]))
    let bias = random.normal([s.n])
    let packed = PackedMatrix(rows: s.k, columns: s.n, b.pointer, transposed: transposed)
    let (plain, biased) = (Tensor(zeros: [s.m, s.n]), Tensor(zeros: [s.m, s.n]))
    packed.product(s.m, a.pointer, plain.pointer)
    packed.parallelProduct(s.m, a.pointer, bias: bias.pointer, biased.pointer)
    for i in 0..<s.m {
      for j in 0..<s.n {
        let sum = (0..<s.k).reduce(0.0) {
          $0 + Double(a[i * s.k + $1]) * Double(b[transposed ? j * s.k + $1 : $1 * s.n + j])
        }
        #expect(abs(Double(plain[i * s.n + j]) - sum) < 1e-4)
        #expect(abs(Double(biased[i * s.n + j]) - sum - Double(bias[j])) < 1e-4)
      }
    }
  }

  /// What `Blocks` asks of a network's matrix products.
  @Test func aRowsBitsDoNotDependOnTheOthers() {
    var random = Philox(seed: 2, .test)
    let (a, b) = (random.normal([203, 65]), random.normal([65, 70]))
    let packed = PackedMatrix(rows: 65, columns: 70, b.pointer)
    let whole = Tensor(uninitialized: [203, 70])
    packed.parallelProduct(203, a.pointer, whole.pointer)
    let row = Tensor(uninitialized: [1, 70])
    for i in 0..<203 {
      packed.product(1, a.pointer + i * 65, row.pointer)
      #expect(row.values == whole.rows(i..<i + 1).values)
    }
  }

  @Test func derivedValuesFollowTheirParameter() {
    let parameter = Parameter("p", Tensor([1, 2], shape: [2]))
    let derived = Derived<Float>(of: parameter)
    var computed = 0
    let sum = {
      derived.value {
        computed += 1
        return parameter.value[0] + parameter.value[1]
      }
    }
    #expect(sum() == 3 && sum() == 3 && computed == 1)
    parameter.value[0] = 5
    parameter.changed()
    #expect(sum() == 7 && computed == 2)
    parameter.value = Tensor([4, 4], shape: [2])
    #expect(sum() == 8 && computed == 3)
  }
}
