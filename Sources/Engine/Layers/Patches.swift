/// The cutting of an NHWC image into square patches: [n, h, w, c] ↔ [n, patches, p·p·c], patches
/// in reading order, each with its pixels in reading order, channels innermost.
struct Patches {
  let side: Int
  let height: Int
  let width: Int
  let channels: Int

  /// Patches of an image.
  var count: Int { height / side * (width / side) }
  /// Elements of a patch.
  var size: Int { side * side * channels }

  func cut(_ image: Tensor) -> Tensor {
    precondition(
      Array(image.shape.dropFirst()) == [height, width, channels],
      "\(image.shape) into patches of [\(height), \(width), \(channels)]")
    let result = Tensor(uninitialized: [image.rows, count, size])
    eachRun(image.rows) { imageOffset, patchOffset, run in
      (result.pointer + patchOffset).update(from: image.pointer + imageOffset, count: run)
    }
    return result
  }

  func join(_ patches: Tensor) -> Tensor {
    let result = Tensor(uninitialized: [patches.rows, height, width, channels])
    eachRun(patches.rows) { imageOffset, patchOffset, run in
      (result.pointer + imageOffset).update(from: patches.pointer + patchOffset, count: run)
    }
    return result
  }

  /// Calls `body` for each run of elements that is contiguous in both: a patch's row.
  private func eachRun(_ images: Int, _ body: (Int, Int, Int) -> Void) {
    let run = side * channels
    var patchOffset = 0
    for image in 0..<images {
      for y in stride(from: 0, to: height, by: side) {
        for x in stride(from: 0, to: width, by: side) {
          for row in 0..<side {
            body(((image * height + y + row) * width + x) * channels, patchOffset, run)
            patchOffset += run
          }
        }
      }
    }
  }
}
