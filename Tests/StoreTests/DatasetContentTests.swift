import Testing

@testable import Store

@Suite struct DatasetContentTests {
  /// A stranger's journal, with an index that hides it.
  @Test func imagesThatAreNotAsStatedAreDamage() throws {
    let good = DatasetContent(
      dataset: "d", split: .train, image: [2, 2, 1], classes: ["a", "b"], counts: [0, 3],
      mean: [0.5], sd: [0.5], source: "")
    func images(_ class: Int?, _ shape: [Int]) -> TensorDescription {
      TensorDescription(name: "images", class: `class`, dtype: .u8, shape: shape, sha256: "")
    }
    let whole = [images(1, [3, 2, 2, 1])]
    #expect(good.describes(whole))
    for tensors in [
      [], [images(0, [3, 2, 2, 1])], [images(1, [4, 2, 2, 1])], [images(1, [3, 2, 3, 1])],
      [images(nil, [3, 2, 2, 1])], [images(7, [3, 2, 2, 1])], whole + whole,
      whole + [images(nil, [3, 2, 2, 1])],
    ] { #expect(!good.describes(tensors), "\(tensors)") }
    for lie in [
      { $0.counts = [0] }, { $0.counts = [0, 3, 0] }, { $0.counts = [3, 0] },
      { $0.image = [2, 2] },
      { $0.image = [2, 2, 2] }, { $0.mean = [] }, { $0.sd = [1, 1] }, { $0.classes = [] },
      { $0.counts = [-1, 3] },
    ] as [(inout DatasetContent) -> Void] {
      var content = good
      lie(&content)
      #expect(!content.describes(whole), "\(content)")
    }
  }
}
