import Engine
import Store

/// Members that were refined, as the pool keeps them.
struct RefinedRows {
  var members: [SelectionReader.Member]
  /// [n, h, w, c], rounded to half precision.
  var latents: Tensor
  /// Height, width, channels; and the images one after the other.
  var image: [Int]
  var bytes: [UInt8]
  var outcomes: [Outcome]

  /// The rows at the given places.
  func rows(_ places: [Int]) -> RefinedRows {
    let size = image.reduce(1, *)
    return RefinedRows(
      members: places.map { members[$0] }, latents: latents.gather(places), image: image,
      bytes: places.flatMap { bytes[$0 * size..<($0 + 1) * size] },
      outcomes: places.map { outcomes[$0] })
  }

  /// As an entry of the journal holds them; all are of one class.
  func tensors(class label: Int) -> [TensorDraft] {
    [
      TensorDraft(
        "parents", class: label, shape: [members.count, 2],
        i64: members.flatMap { [$0.entry, Int64($0.row)] }),
      TensorDraft("latent", class: label, shape: latents.shape, f16: latents.values),
      TensorDraft("image", class: label, shape: [members.count] + image, u8: bytes),
      TensorDraft(
        "outcomes", class: label, shape: [members.count, RefineContent.allColumns.count],
        f32: outcomes.flatMap(\.numbers)),
    ]
  }
}

extension Outcome {
  /// In the order of `RefineContent.allColumns`.
  var numbers: [Float] {
    [
      setLossBefore, setLossAfter, judgeLossBefore, judgeLossAfter, teacherLossBefore,
      teacherLossAfter, residualBefore, residualAfter, distance, highFrequencyBefore,
      highFrequencyAfter,
    ]
  }
}
