import Testing

@testable import Engine

struct CholeskyTests {
  @Test(arguments: [1, 2, 7, 33]) func solves(n: Int) throws {
    var random = Philox(seed: 3, .test)
    let root = random.normal([n, n])
    let matrix = Tensor(zeros: [n, n])
    for i in 0..<n {
      for j in 0..<n {
        for k in 0..<n { matrix[i * n + j] += root[i * n + k] * root[j * n + k] }
      }
      matrix[i * n + i] += 1
    }
    let right = random.normal([n, 3])
    let solution = try #require(Cholesky(matrix)).solve(right)
    for i in 0..<n {
      for c in 0..<3 {
        let product = (0..<n).reduce(Float(0)) { $0 + matrix[i * n + $1] * solution[$1 * 3 + c] }
        #expect(abs(product - right[i * 3 + c]) < 1e-3)
      }
    }
  }

  @Test func refusesWhatIsNotPositiveDefinite() {
    #expect(Cholesky(Tensor([1, 2, 2, 1], shape: [2, 2])) == nil)
    #expect(Cholesky(Tensor([1, 0, .nan, 1], shape: [2, 2])) == nil)
    #expect(Cholesky(Tensor(zeros: [1, 1])) == nil)
  }
}
