import Testing

@testable import Engine

/// Feeds every reader with thousands of damaged files: each is read or refused with a
/// `FormatError`; nothing traps.
struct FormatsFuzzTests {
  typealias Reader = @Sendable ([UInt8]) throws -> Void

  static let readers: [(name: String, seeds: [String], read: Reader)] = [
    (
      "png", ["grey.png", "rgb.png", "rgba.png", "palette.png", "grey16.png"],
      { _ = try PNG.read($0, name: "x", limit: 64) }
    ),
    ("jpeg", ["rgb.jpg", "grey.jpg", "cmyk.jpg"], { _ = try JPEG.read($0, name: "x", limit: 64) }),
    (
      "npy", ["u1.npy", "i8.npy", "f2.npy", "scalar.npy", "fortran.npy"],
      { _ = try NPY.read($0, name: "x").floats }
    ),
    ("npz", ["stored.npz", "deflated.npz"], { _ = try NPZ.read($0, name: "x") }),
    (
      "safetensors", ["three.safetensors"],
      { for tensor in try SafeTensors.read($0, name: "x").tensors.values { _ = tensor.floats } }
    ),
    (
      "idx images", ["idx/train-images-idx3-ubyte.gz"],
      { _ = try IDX.array($0, name: "x", dimensions: 3) }
    ),
    (
      "idx labels", ["idx/train-labels-idx1-ubyte"],
      { _ = try IDX.array($0, name: "x", dimensions: 1) }
    ),
    (
      "gzip", ["idx/train-images-idx3-ubyte.gz"],
      { _ = try Inflator($0, .gzip, name: "x").read(atMost: 1 << 20) }
    ),
  ]

  @Test(arguments: readers.indices) func survives(_ index: Int) throws {
    let reader = FormatsFuzzTests.readers[index]
    let seeds = try reader.seeds.map(Fixture.bytes)
    var mutator = Mutator(seed: UInt64(index))
    var (read, refused) = (0, 0)
    for i in 0..<6000 {
      let input = mutator.mutate(seeds[i % seeds.count])
      do {
        try reader.read(input)
        read += 1
      } catch is FormatError {
        refused += 1
      }
    }
    #expect(read + refused == 6000)
    #expect(refused > 600, "\(reader.name): the mutations hardly damage")
  }
}

/// Changes bytes at random, reproducibly.
struct Mutator {
  private var random: Philox

  init(seed: UInt64) { random = Philox(seed: seed, .test) }

  private mutating func below(_ bound: Int) -> Int { Int(random.next32() % UInt32(max(1, bound))) }

  mutating func mutate(_ seed: [UInt8]) -> [UInt8] {
    var bytes = seed
    for _ in 0...below(4) {
      let place = below(bytes.count)
      switch below(7) {
      case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(below(8))
      case 1 where !bytes.isEmpty: bytes[place] = UInt8(below(256))
      case 2: bytes.removeLast(below(bytes.count))
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + below(16)))
      case 4:
        bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + below(64))], at: place)
      case 5:
        // Numbers at the edge, in the widths that headers use.
        let value = [0, -1, 1, 0x7fff_ffff, 0x8000_0000, Int.max, Int.min, 0xffff][below(8)]
        let width = min([1, 2, 4, 8][below(4)], bytes.count - place)
        for i in 0..<max(0, width) {
          bytes[place + i] = UInt8(truncatingIfNeeded: value >> (8 * i))
        }
      default:
        // Digits: what text headers are made of.
        if let digit = bytes[place...].firstIndex(where: { 0x30...0x39 ~= $0 }) {
          bytes[digit] = UInt8(0x30 + below(10))
        }
      }
    }
    return bytes
  }
}
