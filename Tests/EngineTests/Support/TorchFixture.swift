import Foundation
import Testing

@testable import Engine

/// Named tensors from a file of Fixtures, made by the script beside it: a header line
/// "name dim dim …" to a tensor, an empty line, then all elements as little-endian float32.
struct TorchFixture {
  private let tensors: [String: Tensor]

  /// `path` is relative to Fixtures, without its ending ".fixture".
  init(_ path: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appending(path: "Fixtures/\(path).fixture"))
    let end = try #require(data.range(of: Data("\n\n".utf8)))
    let header = String(decoding: data[..<end.lowerBound], as: UTF8.self)
    var offset = end.upperBound
    var tensors: [String: Tensor] = [:]
    for line in header.split(separator: "\n") {
      let words = line.split(separator: " ")
      let shape = words.dropFirst().compactMap { Int($0) }
      let size = shape.reduce(4, *)
      try #require(offset + size <= data.count, "\(path) is truncated at \(words[0])")
      let values = data[offset..<offset + size].withUnsafeBytes { bytes in
        (0..<size / 4).map {
          Float(
            bitPattern: UInt32(
              littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
        }
      }
      tensors[String(words[0])] = Tensor(values, shape: shape)
      offset += size
    }
    self.tensors = tensors
  }

  func tensor(_ name: String) throws -> Tensor { try #require(tensors[name], "no \(name)") }

}

/// The largest difference of two tensors, relative to the largest element of the second.
func relativeDifference(_ found: Tensor, _ expected: Tensor) -> Float {
  guard found.count == expected.count else { return .infinity }
  var (most, largest) = (Float(0), Float.leastNormalMagnitude)
  for i in 0..<found.count {
    let difference = abs(found[i] - expected[i])
    most = difference.isNaN ? .infinity : max(most, difference)
    largest = max(largest, abs(expected[i]))
  }
  return most / largest
}

/// The same, `permuted` so that dimension i is dimension `order[i]` of what it was.
func permuted(_ tensor: Tensor, _ order: [Int]) -> Tensor {
  let shape = order.map { tensor.shape[$0] }
  var strides = Array(repeating: 1, count: order.count)
  for i in stride(from: order.count - 2, through: 0, by: -1) {
    strides[i] = strides[i + 1] * tensor.shape[i + 1]
  }
  let result = Tensor(uninitialized: shape)
  for i in 0..<result.count {
    var (rest, from) = (i, 0)
    for d in order.indices.reversed() {
      from += rest % shape[d] * strides[order[d]]
      rest /= shape[d]
    }
    result[i] = tensor[from]
  }
  return result
}
