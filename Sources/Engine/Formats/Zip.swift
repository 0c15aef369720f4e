/// Zip archives of the kind numpy makes: members stored or deflated, no encryption, under 4 GiB.
///
/// Format: PKWARE's APPNOTE.TXT, §4.3.
enum Zip {
  private static let localSignature = 0x0403_4b50
  private static let centralSignature = 0x0201_4b50
  private static let endSignature = 0x0605_4b50
  /// A length that says "see the zip64 record".
  private static let elsewhere = 0xffff_ffff

  /// The members in the order of the central directory.
  /// - Parameters:
  ///   - isWanted: whether to unpack the member of this name; others are left out.
  ///   - limit: bytes that a member may unpack to.
  /// - Throws: `FormatError`.
  static func read(
    _ bytes: [UInt8], name: String, only isWanted: (_ member: String) -> Bool = { _ in true },
    limit: Int = .max
  ) throws -> [(name: String, bytes: [UInt8])] {
    var directory = ByteReader(bytes, name: name, at: try findEnd(bytes, name))
    _ = try directory.take(10)
    let count = try directory.little16()
    _ = try directory.take(4)
    let start = try directory.little32()
    directory = ByteReader(bytes, name: name, at: start)
    var members: [(String, [UInt8])] = []
    var budget = bytes.count
    for _ in 0..<count {
      if let found = try member(&directory, bytes, name, &budget, isWanted, limit) {
        members.append(found)
      }
    }
    return members
  }

  /// The end record's place: before it there may be anything, after it a comment.
  private static func findEnd(_ bytes: [UInt8], _ name: String) throws -> Int {
    var place = bytes.count - 22
    while place >= max(0, bytes.count - 22 - 0xffff) {
      if bytes[place] == 0x50, bytes[place..<place + 4].elementsEqual([0x50, 0x4b, 5, 6]) {
        return place
      }
      place -= 1
    }
    throw damaged(name, "it has no end record: it is no zip archive, or cut off")
  }

  /// The next member; nil where it is not wanted.
  private static func member(
    _ directory: inout ByteReader, _ bytes: [UInt8], _ archive: String, _ budget: inout Int,
    _ isWanted: (String) -> Bool, _ limit: Int
  ) throws -> (String, [UInt8])? {
    guard try directory.little32() == centralSignature else {
      throw damaged(archive, "its directory is broken")
    }
    _ = try directory.take(4)
    let flags = try directory.little16()
    let method = try directory.little16()
    _ = try directory.take(4)
    let crc = try directory.little32()
    let packed = try directory.little32()
    let size = try directory.little32()
    let nameLength = try directory.little16()
    let extraLength = try directory.little16()
    let commentLength = try directory.little16()
    _ = try directory.take(8)
    let offset = try directory.little32()
    let memberName = String(decoding: try directory.take(nameLength), as: UTF8.self)
    _ = try directory.take(extraLength + commentLength)
    let name = "\(archive):\(memberName)"
    guard flags & 1 == 0, packed != elsewhere, size != elsewhere, offset != elsewhere else {
      throw FormatError(
        .unsupported, "\(name) is encrypted or larger than 4 GiB",
        remedy: "Save it unencrypted, in smaller files.")
    }
    // Members that share their bytes could unpack to far more than the file holds.
    budget -= packed
    guard budget >= 0 else { throw damaged(archive, "its members overlap") }
    guard isWanted(memberName) else { return nil }
    guard size <= limit else {
      throw FormatError(
        .tooLarge, "\(name) unpacks to \(size) bytes; at most \(limit) fit the rest",
        remedy: "Fetch or make the file again.")
    }
    var local = ByteReader(bytes, name: name, at: offset)
    guard try local.little32() == localSignature else {
      throw damaged(name, "the directory points to no member")
    }
    _ = try local.take(22)
    let localNameLength = try local.little16()
    let localExtraLength = try local.little16()
    _ = try local.take(localNameLength + localExtraLength)
    let content = try unpack(Array(try local.take(packed)), method, size, name)
    guard content.count == size, Int(Inflator.crc32(content)) == crc else {
      throw damaged(name, "its checksum does not hold")
    }
    return (memberName, content)
  }

  private static func unpack(
    _ packed: [UInt8], _ method: Int, _ size: Int, _ name: String
  ) throws -> [UInt8] {
    switch method {
    case 0: return packed
    case 8: return try Inflator(packed, .raw, name: name).read(atMost: size)
    default:
      throw FormatError(
        .unsupported, "\(name) is packed by method \(method)",
        remedy: "Save it with numpy.savez or numpy.savez_compressed.")
    }
  }

  /// An archive of stored members with a fixed date: the same bytes for the same content.
  /// - Throws: `FormatError` `.tooLarge` from 4 GiB on.
  static func write(_ members: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    file.reserveCapacity(members.reduce(0) { $0 + $1.bytes.count + 64 })
    for (name, bytes) in members {
      let offset = file.count
      guard offset + bytes.count < elsewhere else {
        throw FormatError(
          .tooLarge, "the archive would reach 4 GiB", remedy: "Export as an image folder.")
      }
      var fields: [UInt8] = []
      fields.append(littleEndian: 20, width: 2)  // version needed
      fields.append(littleEndian: 0x0800, width: 2)  // names are UTF-8
      fields.append(littleEndian: 0, width: 2)  // stored
      fields.append(littleEndian: 0, width: 2)  // 00:00
      fields.append(littleEndian: 0x21, width: 2)  // 1980-01-01
      fields.append(littleEndian: Int(Inflator.crc32(bytes)), width: 4)
      fields.append(littleEndian: bytes.count, width: 4)
      fields.append(littleEndian: bytes.count, width: 4)
      fields.append(littleEndian: name.utf8.count, width: 2)
      fields.append(littleEndian: 0, width: 2)  // no extra field
      file.append(littleEndian: localSignature, width: 4)
      file += fields
      file += name.utf8
      file += bytes
      directory.append(littleEndian: centralSignature, width: 4)
      directory.append(littleEndian: 20, width: 2)  // version made by
      directory += fields
      directory.append(littleEndian: 0, width: 10)  // no comment, first disk, no attributes
      directory.append(littleEndian: offset, width: 4)
      directory += name.utf8
    }
    let start = file.count
    file += directory
    file.append(littleEndian: endSignature, width: 4)
    file.append(littleEndian: 0, width: 4)  // one disk
    file.append(littleEndian: members.count, width: 2)
    file.append(littleEndian: members.count, width: 2)
    file.append(littleEndian: directory.count, width: 4)
    file.append(littleEndian: start, width: 4)
    file.append(littleEndian: 0, width: 2)  // no comment
    return file
  }

  private static func damaged(_ name: String, _ what: String) -> FormatError {
    FormatError(.corrupt, "\(name): \(what)", remedy: "Fetch or make the file again.")
  }
}
