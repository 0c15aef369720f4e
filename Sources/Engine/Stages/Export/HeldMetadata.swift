import Foundation
import Store

/// What exports write beside each of a set's images: the metadata of the one member it holds, or of
/// all of them, in the order of its cells.
struct HeldMetadata: Encodable {
  var members: [MemberMetadata]

  var `class`: Int { members[0].class }

  /// That of the one member, or the first one's with how many more there are.
  var id: String {
    members.count == 1 ? members[0].id : "\(members[0].id)+\(members.count - 1)"
  }

  /// The id as a file's name, without what comes after the last dot. Hugging Face takes the name of
  /// a split in it for the only images there are, so that of real images is left out.
  var fileName: String {
    id.replacing("/", with: "_").replacing("-\(Split.train.rawValue)-", with: "-")
  }

  /// Makes the lines and files that it is written to.
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return encoder
  }

  enum CodingKeys: CodingKey { case id, `class`, className, cells }

  func encode(to encoder: any Encoder) throws {
    if members.count == 1 { return try members[0].encode(to: encoder) }
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(id, forKey: .id)
    try values.encode(`class`, forKey: .class)
    try values.encode(members[0].className, forKey: .className)
    try values.encode(members, forKey: .cells)
  }

  /// Of each image, in their order.
  /// - Throws: `PoolError`.
  static func all(of reader: SelectionReader, in pool: Pool, asOf: Int64?) throws
    -> [HeldMetadata]
  {
    let members = try MemberMetadata.all(of: reader, in: pool, asOf: asOf)
    return reader.held.map { HeldMetadata(members: Array(members[$0.indices])) }
  }
}
