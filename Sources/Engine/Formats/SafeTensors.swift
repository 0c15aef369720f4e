import Foundation

/// A safetensors file: named arrays behind a JSON header.
///
/// Format: https://github.com/huggingface/safetensors, "Format".
public struct SafeTensors: Equatable, Sendable {
  public var tensors: [String: RawTensor]
  /// The header's `__metadata__`.
  public var metadata: [String: String]

  public init(_ tensors: [String: RawTensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  private static let metadataKey = "__metadata__"
  private static let names: [(String, RawTensor.Number)] = [
    ("U8", .u8), ("I32", .i32), ("I64", .i64), ("F16", .f16), ("F32", .f32),
  ]

  private struct Description: Codable {
    var dtype: String
    var shape: [Int]
    var offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  private enum Item: Codable {
    case metadata([String: String])
    case tensor(Description)

    init(from decoder: any Decoder) throws {
      if decoder.codingPath.last?.stringValue == SafeTensors.metadataKey {
        self = .metadata(try [String: String](from: decoder))
      } else {
        self = .tensor(try Description(from: decoder))
      }
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .metadata(let values): try values.encode(to: encoder)
      case .tensor(let description): try description.encode(to: encoder)
      }
    }
  }

  /// Reads a whole file. Every byte of it must belong to exactly one tensor.
  /// - Parameters:
  ///   - name: the file's name, for errors.
  ///   - wanted: the only tensors to read, which may stand beside some of other number types.
  /// - Throws: `FormatError` `.truncated`, `.corrupt`, `.unsupported` (a number type).
  public static func read(
    _ bytes: [UInt8], name: String, only wanted: Set<String>? = nil
  ) throws -> SafeTensors {
    var reader = ByteReader(bytes, name: name)
    let length = try reader.littleEndian(8)
    guard length <= 100_000_000, length <= UInt64(reader.remaining) else {
      throw FormatError(
        .corrupt, "\(name) claims a header of \(length) bytes in a file of \(bytes.count)",
        remedy: "Check that it is a safetensors file, and fetch or make it again.")
    }
    let header = Data(try reader.take(Int(length)))
    let items: [String: Item]
    do {
      items = try JSONDecoder().decode([String: Item].self, from: header)
    } catch {
      throw FormatError(
        .corrupt, "\(name): the header is not safetensors JSON",
        remedy: "Check that it is a safetensors file, and fetch or make it again.")
    }
    let data = 8 + Int(length)
    var result = SafeTensors()
    var ranges: [(range: Range<Int>, key: String)] = []
    var found: [(key: String, number: RawTensor.Number, shape: [Int], range: Range<Int>)] = []
    for (key, item) in items {
      switch item {
      case .metadata(let values): result.metadata = values
      case .tensor(let description):
        let range = try place(description, key: key, size: reader.remaining, name: name)
        ranges.append((range, key))
        guard wanted?.contains(key) ?? true else { continue }
        let number = try number(description, bytes: range.count, key: key, name: name)
        found.append((key, number, description.shape, range))
      }
    }
    // Before any is copied: tensors that share their bytes could hold far more than the file.
    try checkCover(ranges, size: reader.remaining, name: name)
    for (key, number, shape, range) in found {
      result.tensors[key] = RawTensor(
        number, shape: shape,
        bytes: Array(bytes[data + range.lowerBound..<data + range.upperBound]))
    }
    return result
  }

  private static func place(
    _ description: Description, key: String, size: Int, name: String
  ) throws -> Range<Int> {
    let offsets = description.offsets
    guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= size else {
      throw misplaced(description, key: key, name: name)
    }
    return offsets[0]..<offsets[1]
  }

  private static func number(
    _ description: Description, bytes: Int, key: String, name: String
  ) throws -> RawTensor.Number {
    guard let number = names.first(where: { $0.0 == description.dtype })?.1 else {
      throw FormatError(
        .unsupported, "\(name): tensor \(key) is of type \(description.dtype)",
        remedy: "Convert it to one of \(names.map(\.0).joined(separator: ", ")).")
    }
    guard checkedProduct(description.shape + [number.size]) == bytes else {
      throw misplaced(description, key: key, name: name)
    }
    return number
  }

  private static func misplaced(_ description: Description, key: String, name: String)
    -> FormatError
  {
    FormatError(
      .corrupt,
      "\(name): tensor \(key) of \(description.dtype) \(description.shape) claims the bytes "
        + "\(description.offsets)", remedy: "Fetch or make the file again.")
  }

  /// Refuses overlaps and holes: bytes that nobody or two tensors claim are a lying header.
  private static func checkCover(
    _ ranges: [(range: Range<Int>, key: String)], size: Int, name: String
  ) throws {
    var end = 0
    for (range, key) in ranges.sorted(by: {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }) {
      guard range.lowerBound == end else {
        throw FormatError(
          .corrupt,
          "\(name): tensor \(key) starts at byte \(range.lowerBound), where \(end) was due",
          remedy: "Fetch or make the file again.")
      }
      end = range.upperBound
    }
    guard end == size else {
      throw FormatError(
        .corrupt, "\(name): \(size - end) bytes at the end belong to no tensor",
        remedy: "Fetch or make the file again.")
    }
  }

  /// The file's bytes: the same for the same content. Wider numbers come first, so that each
  /// tensor is aligned to its own type.
  public func write() throws -> [UInt8] {
    precondition(tensors[SafeTensors.metadataKey] == nil, "a tensor named as the metadata")
    let order = tensors.sorted {
      ($1.value.number.size, $0.key) < ($0.value.number.size, $1.key)
    }
    var items: [String: Item] = [:]
    if !metadata.isEmpty { items[SafeTensors.metadataKey] = .metadata(metadata) }
    var offset = 0
    for (key, tensor) in order {
      let dtype = SafeTensors.names.first { $0.1 == tensor.number }?.0 ?? ""
      let end = offset + tensor.bytes.count
      items[key] = .tensor(
        Description(dtype: dtype, shape: tensor.shape, offsets: [offset, end]))
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var header = [UInt8](try encoder.encode(items))
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var file: [UInt8] = []
    file.reserveCapacity(8 + header.count + offset)
    file.append(littleEndian: header.count, width: 8)
    file += header
    for (_, tensor) in order { file += tensor.bytes }
    return file
  }
}
