import Foundation
import Testing

@testable import Store

/// Tensors of shapes and types that whoever reads candidates and data sets could not take.
@Suite struct BatchTests {
  static let latents = [
    TensorDraft("latent", class: 0, shape: [2, 4], f32: [Float](repeating: 1, count: 8)),
    TensorDraft("latent", class: 0, shape: [2], f16: [1, 2]),
    TensorDraft("latent", class: 0, shape: [2, 0, 1, 1], f16: []),
  ]
  static let images = [
    TensorDraft("image", class: 0, shape: [2, 4], u8: [UInt8](repeating: 1, count: 8)),
    TensorDraft("image", class: 0, shape: [2, 2, 2, 2], u8: [UInt8](repeating: 1, count: 16)),
    TensorDraft("image", class: 0, shape: [2, 0, 2, 1], u8: []),
    TensorDraft("image", class: 0, shape: [2, 2, 2, 1], f32: [Float](repeating: 1, count: 8)),
    TensorDraft("image", class: 0, shape: [2, 2, 2, 1, 1], u8: [UInt8](repeating: 1, count: 8)),
  ]

  private func expectRefused(_ draft: Draft, _ pool: Pool) throws {
    let head = pool.head
    let error = #expect(throws: PoolError.self) { try pool.append(draft) }
    #expect(error?.code == .usage)
    #expect(pool.head == head)
  }

  @Test(arguments: latents + images) func candidates(_ tensor: TensorDraft) throws {
    let fixture = try Fixture()
    let pool = try fixture.create()
    let batch = try pool.append(Fixture.generate(class: 0, count: 2)).sequence
    for var draft in [
      Fixture.generate(class: 0, first: 2, count: 2),
      Fixture.refine(parents: [(batch, 0), (batch, 1)], class: 0),
    ] {
      let number = try #require(draft.tensors.firstIndex { $0.name == tensor.name })
      let good = draft
      draft.tensors[number] = tensor
      try expectRefused(draft, pool)
      try pool.append(good)
    }
  }

  /// Empty batches too: their sizes are bounded by nothing else.
  @Test func sizesOfNothing() throws {
    let fixture = try Fixture()
    let pool = try fixture.create()
    var draft = Fixture.generate(class: 0, count: 0)
    try pool.append(draft)
    draft.tensors[1] = TensorDraft("image", class: 0, shape: [0, 1 << 20, 1 << 20, 1], u8: [])
    try expectRefused(draft, pool)
  }

  @Test(
    arguments: [
      ([2, 2, 1], [], [0.25]), ([2, 2, 1], [0.5], []), ([2, 2, 3], [0.5], [0.25]),
      ([2, 2, 2], [0.5, 0.5], [0.25, 0.25]), ([2, 0, 1], [0.5], [0.25]), ([2, 2], [0.5], [0.25]),
      ([1 << 31, 1 << 31, 1], [0.5], [0.25]), ([1 << 20, 1 << 20, 1], [0.5], [0.25]),
    ] as [([Int], [Double], [Double])])
  func datasets(_ image: [Int], _ mean: [Double], _ sd: [Double]) throws {
    let fixture = try Fixture()
    let pool = try fixture.create()
    func draft(_ image: [Int], _ mean: [Double], _ sd: [Double]) -> Draft {
      Draft(
        .dataset(
          DatasetContent(
            dataset: "none", split: .train, image: image, classes: ["a"], counts: [0], mean: mean,
            sd: sd, source: "s")))
    }
    try expectRefused(draft(image, mean, sd), pool)
    try pool.append(draft([2, 2, 3], [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]))
  }
}
