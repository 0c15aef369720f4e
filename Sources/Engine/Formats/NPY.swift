/// NumPy's array file.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public enum NPY {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let names: [(String, RawTensor.Number)] = [
    ("|u1", .u8), ("<i4", .i32), ("<i8", .i64), ("<f2", .f16), ("<f4", .f32),
  ]

  /// - Parameter name: the file's name, for errors.
  /// - Throws: `FormatError` `.truncated`, `.corrupt`, `.unsupported`.
  public static func read(_ bytes: [UInt8], name: String) throws -> RawTensor {
    var reader = ByteReader(bytes, name: name)
    let (descr, fortran, shape) = try header(&reader, name)
    guard let number = names.first(where: { $0.0 == descr })?.1 else {
      throw FormatError(
        .unsupported, "\(name) is of type \(descr)",
        remedy: "Convert it to one of \(names.map(\.0).joined(separator: ", ")).")
    }
    guard fortran == "False" || shape.count < 2 else {
      throw FormatError(
        .unsupported, "\(name) is in Fortran order",
        remedy: "Save numpy.ascontiguousarray of it.")
    }
    guard let size = checkedProduct(shape + [number.size]), size == reader.remaining else {
      throw FormatError(
        .truncated, "\(name) of shape \(shape) holds \(reader.remaining) bytes",
        remedy: "Fetch or make the file again.")
    }
    return RawTensor(number, shape: shape, bytes: Array(try reader.take(size)))
  }

  /// - Returns: the type, whether in Fortran order ("True" or "False"), and the shape.
  private static func header(
    _ reader: inout ByteReader, _ name: String
  ) throws -> (descr: String, fortran: String, shape: [Int]) {
    guard try reader.take(6).elementsEqual(magic) else { throw corrupt(name, "no npy file") }
    let version = try reader.take(2).first ?? 0
    guard 1...3 ~= version else {
      throw FormatError(
        .unsupported, "\(name) is npy version \(version)", remedy: "Save it with numpy.save.")
    }
    let length = version == 1 ? try reader.little16() : try reader.little32()
    guard length <= 1 << 20 else { throw corrupt(name, "its header claims \(length) bytes") }
    let header = String(decoding: try reader.take(length), as: UTF8.self)
    guard let descr = quoted(header, after: "'descr':"),
      let fortran = word(header, after: "'fortran_order':"),
      let shape = tuple(header, after: "'shape':")
    else { throw corrupt(name, "its header is not one of numpy.save") }
    return (descr, fortran, shape)
  }

  /// A one-dimensional array of strings (`<U`, as `write` makes it).
  /// - Throws: as `read`.
  static func strings(_ bytes: [UInt8], name: String) throws -> [String] {
    var reader = ByteReader(bytes, name: name)
    let (descr, _, shape) = try header(&reader, name)
    guard descr.hasPrefix("<U"), let width = Int(descr.dropFirst(2)), width > 0,
      shape.count == 1,
      let size = checkedProduct(shape + [width, 4]), size == reader.remaining
    else { throw corrupt(name, "it holds no names") }
    let data = Array(try reader.take(size))
    return (0..<shape[0]).map { row in
      var text = String.UnicodeScalarView()
      for place in 0..<width {
        let start = (row * width + place) * 4
        let value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[start + $1]) << UInt32(8 * $1) }
        guard value != 0, let scalar = Unicode.Scalar(value) else { break }
        text.append(scalar)
      }
      return String(text)
    }
  }

  /// The file's bytes, the same for the same array.
  public static func write(_ tensor: RawTensor) -> [UInt8] {
    let descr = names.first { $0.1 == tensor.number }?.0 ?? ""
    return file(descr: descr, shape: tensor.shape, data: tensor.bytes)
  }

  /// A one-dimensional array of strings (`<U`, UTF-32 padded with zeros).
  public static func write(_ strings: [String]) -> [UInt8] {
    let scalars = strings.map { Array($0.unicodeScalars) }
    let width = max(1, scalars.map(\.count).max() ?? 1)
    var data: [UInt8] = []
    data.reserveCapacity(strings.count * width * 4)
    for string in scalars {
      for place in 0..<width {
        data.append(
          littleEndian: place < string.count ? Int(string[place].value) : 0, width: 4)
      }
    }
    return file(descr: "<U\(width)", shape: [strings.count], data: data)
  }

  private static func file(descr: String, shape: [Int], data: [UInt8]) -> [UInt8] {
    let list = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = Array("{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(list)), }".utf8)
    // Data starts at a multiple of 64, the header ends in a line feed.
    while (magic.count + 4 + header.count + 1) % 64 != 0 { header.append(UInt8(ascii: " ")) }
    header.append(UInt8(ascii: "\n"))
    var bytes = magic + [1, 0]
    bytes.append(littleEndian: header.count, width: 2)
    return bytes + header + data
  }

  // The header is a Python dict literal that numpy itself writes; these find its three values.

  private static func value(_ header: String, after key: String) -> Substring? {
    let text = Array(header.utf8)
    let pattern = Array(key.utf8)
    guard text.count >= pattern.count else { return nil }
    for start in 0...text.count - pattern.count
    where text[start..<start + pattern.count].elementsEqual(pattern) {
      return Substring(decoding: text[(start + pattern.count)...], as: UTF8.self)
        .drop { $0 == " " }
    }
    return nil
  }

  private static func quoted(_ header: String, after key: String) -> String? {
    guard let rest = value(header, after: key), rest.first == "'" else { return nil }
    return String(rest.dropFirst().prefix { $0 != "'" })
  }

  private static func word(_ header: String, after key: String) -> String? {
    value(header, after: key).map { String($0.prefix(while: \.isLetter)) }
  }

  private static func tuple(_ header: String, after key: String) -> [Int]? {
    guard let rest = value(header, after: key), rest.first == "(",
      let end = rest.firstIndex(of: ")")
    else { return nil }
    let parts = rest[rest.index(after: rest.startIndex)..<end].split(separator: ",")
      .map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
    let sizes = parts.compactMap { Int($0) }
    return sizes.count == parts.count && sizes.count <= 32 ? sizes : nil
  }

  private static func corrupt(_ name: String, _ what: String) -> FormatError {
    FormatError(.corrupt, "\(name): \(what)", remedy: "Save it again with numpy.save.")
  }
}
