/// Decodes a value and keeps which keys it asked for: what a recipe's section may say is what its
/// stage reads, and nowhere written a second time.
struct KeySpy<Value: Decodable>: Decodable {
  let value: Value
  let asked: Set<String>

  init(from decoder: any Decoder) throws {
    let log = KeyLog()
    do {
      value = try Value(from: SpyDecoder(decoder: decoder, log: log))
    } catch let error {
      throw KeyFailure(asked: log.asked, cause: error)
    }
    asked = log.asked
  }
}

/// What a value asked for before it could not be decoded.
struct KeyFailure: Error {
  var asked: Set<String>
  var cause: any Error
}

private final class KeyLog { var asked: Set<String> = [] }

private struct SpyDecoder: Decoder {
  let decoder: any Decoder
  let log: KeyLog

  var codingPath: [any CodingKey] { decoder.codingPath }
  var userInfo: [CodingUserInfoKey: Any] { decoder.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(SpyContainer(keys: try decoder.container(keyedBy: type), log: log))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try decoder.unkeyedContainer()
  }
  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    try decoder.singleValueContainer()
  }
}

private struct SpyContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let keys: KeyedDecodingContainer<Key>
  let log: KeyLog

  var codingPath: [any CodingKey] { keys.codingPath }
  var allKeys: [Key] { keys.allKeys }

  private func noting(_ key: Key) -> KeyedDecodingContainer<Key> {
    log.asked.insert(key.stringValue)
    return keys
  }

  func contains(_ key: Key) -> Bool { noting(key).contains(key) }
  func decodeNil(forKey key: Key) throws -> Bool { try noting(key).decodeNil(forKey: key) }
  // A Codable type asks for its scalars by overloads of their own; each must be here, for the
  // generic one would send them through a container that YAML's plain scalars do not have.
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
    try noting(key).decode(type, forKey: key)
  }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
    try noting(key).decode(type, forKey: key)
  }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try noting(key).decode(type, forKey: key)
  }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try noting(key).nestedContainer(keyedBy: type, forKey: key)
  }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try noting(key).nestedUnkeyedContainer(forKey: key)
  }
  func superDecoder() throws -> any Decoder { try keys.superDecoder() }
  func superDecoder(forKey key: Key) throws -> any Decoder {
    try noting(key).superDecoder(forKey: key)
  }
}
