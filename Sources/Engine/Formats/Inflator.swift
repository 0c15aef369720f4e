import CZlib

/// Decompresses a gzip file or a raw deflate stream piece by piece, so that nobody has to believe
/// a size before it is reached.
final class Inflator {
  enum Container: Int32 {
    case gzip = 31  // 15 window bits, gzip wrapper
    case raw = -15
  }

  /// Deflate cannot expand data by more than this factor.
  static let greatestRatio = 1032

  private let input: [UInt8]
  private let name: String
  private let container: Container
  private let stream: UnsafeMutablePointer<z_stream>
  private var consumed = 0
  private var finished = false

  /// - Throws: `FormatError` `.io` when zlib has no memory.
  init(_ input: [UInt8], _ container: Container, name: String) throws {
    self.input = input
    self.name = name
    self.container = container
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit2_(
      stream, container.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw FormatError(
        .io, "\(name): zlib cannot start (\(status))", remedy: "Free some memory and try again.")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

  /// The CRC-32 of zip and gzip.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
  }

  /// The next `count` bytes, or fewer where the stream ends.
  /// - Throws: `FormatError` `.corrupt` or `.truncated`.
  func read(atMost count: Int) throws -> [UInt8] {
    // What the rest of the input could hold at best bounds what is set aside for it.
    let possible = (input.count - consumed + 64).multipliedReportingOverflow(
      by: Inflator.greatestRatio)
    let room = possible.overflow ? count : min(count, possible.partialValue + 65536)
    return try [UInt8](unsafeUninitializedCapacity: room) { output, produced in
      produced = 0
      while produced < room, !finished {
        produced += try step(into: output, from: produced, room: room - produced)
      }
    }
  }

  /// Whether everything was read, the checksum held and nothing follows it.
  /// - Throws: `FormatError` `.corrupt` or `.truncated`.
  func isAtEnd() throws -> Bool { try read(atMost: 1).isEmpty && consumed == input.count }

  private func step(
    into output: UnsafeMutableBufferPointer<UInt8>, from produced: Int, room: Int
  ) throws -> Int {
    let chunk = min(room, 1 << 30)
    let available = min(input.count - consumed, 1 << 30)
    let status: Int32 = input.withUnsafeBufferPointer { bytes in
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: bytes.baseAddress.map { $0 + consumed })
      stream.pointee.avail_in = UInt32(available)
      stream.pointee.next_out = output.baseAddress.map { $0 + produced }
      stream.pointee.avail_out = UInt32(chunk)
      return inflate(stream, Z_NO_FLUSH)
    }
    consumed += available - Int(stream.pointee.avail_in)
    let written = chunk - Int(stream.pointee.avail_out)
    switch status {
    case Z_OK:
      break
    case Z_STREAM_END:
      // gzip files may be several members, one after the other.
      if container == .gzip, input.count - consumed >= 2, input[consumed] == 0x1f {
        inflateReset(stream)
      } else {
        finished = true
      }
    case Z_BUF_ERROR where consumed == input.count:
      throw FormatError(
        .truncated, "\(name): the compressed data ends too early",
        remedy: "Fetch or make the file again.")
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
      throw FormatError(
        .corrupt, "\(name): the compressed data is damaged (\(reason))",
        remedy: "Fetch or make the file again.")
    }
    return written
  }
}
