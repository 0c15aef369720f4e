/// One change of a pool, as the journal holds it.
public struct Entry: Equatable, Sendable {
  /// 1, 2, 3 …
  public let sequence: Int64
  /// When it was written: UTC, ISO 8601.
  public let time: String
  /// The command's arguments, and what a student's protocol fixes.
  public let arguments: [String: String]
  public let content: Content
  /// A tensor's number is its place here.
  public let tensors: [TensorDescription]
  /// Version of psrdb that wrote it.
  public let version: String
  /// The BLAS and its kernels.
  public let blas: String
  /// Worker threads.
  public let threads: Int
  /// Digest of the entry before; 64 zeros for the first.
  public let previous: String
  /// SHA-256 of this entry's bytes, hex.
  public let digest: String

  public var kind: EntryKind { content.kind }

  /// The number of a tensor by name and class, or nil.
  public func tensorNumber(_ name: String, class: Int?) -> Int? {
    tensors.firstIndex { $0.name == name && $0.class == `class` }
  }

  /// What the first entry has for `previous`.
  static let origin = String(repeating: "0", count: 64)
}
