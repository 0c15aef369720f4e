/// Damages valid inputs in the ways that break readers, reproducibly.
struct Mutator {
  let seeds: [[UInt8]]
  private var random: SplitMix

  /// Numbers at the edges of what headers count in.
  private static let edges = [
    0, 1, -1, 16, 255, 256, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
    1 << 32, 1 << 61, Int.max - 1, Int.max, Int.min,
  ]

  init(seeds: [[UInt8]], seed: UInt64) {
    self.seeds = seeds
    random = SplitMix(state: seed)
  }

  private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }

  /// One to five damages to a seed, or to the start of one with the end of another.
  mutating func next() -> [UInt8] {
    var bytes = seeds[below(seeds.count)]
    if below(8) == 0 {
      let other = seeds[below(seeds.count)]
      bytes = Array(bytes.prefix(below(bytes.count + 1)))
      bytes += other.dropFirst(below(3) == 0 ? below(other.count + 1) : bytes.count)
    }
    for _ in 0...below(5) { damage(&bytes) }
    return bytes
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = (0..<below(32)).map { _ in UInt8(below(256)) }
      return
    }
    let place = below(bytes.count)
    // Pieces are short as a rule; now and then anything.
    let piece = place..<min(bytes.count, place + (below(8) == 0 ? below(bytes.count) : below(32)))
    switch below(10) {
    case 0, 1: bytes[place] ^= 1 << UInt8(below(8))
    case 2: bytes[place] = UInt8(below(256))
    case 3: bytes.removeLast(below(bytes.count))
    case 4: bytes.removeSubrange(piece)
    case 5: bytes.insert(contentsOf: bytes[piece], at: place)
    case 6: bytes.insert(contentsOf: bytes[piece], at: below(bytes.count))
    case 7: bytes += (0..<below(64)).map { _ in UInt8(below(256)) }
    case 8: setNumber(&bytes, at: place)
    default: setDigits(&bytes, from: place)
    }
  }

  private mutating func setNumber(_ bytes: inout [UInt8], at place: Int) {
    let value = Self.edges[below(Self.edges.count)]
    let width = [1, 2, 4, 8][below(4)]
    let isBig = below(2) == 0
    for i in 0..<min(width, bytes.count - place) {
      bytes[place + i] = UInt8(truncatingIfNeeded: value >> (8 * (isBig ? width - 1 - i : i)))
    }
  }

  /// Replaces the next number that is written out, as headers in text have them.
  private mutating func setDigits(_ bytes: inout [UInt8], from place: Int) {
    func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let number = below(3) == 0 ? below(1000) : Self.edges[below(Self.edges.count)]
    bytes.replaceSubrange(start..<end, with: "\(number)".utf8)
  }
}
