/// NumPy's archive of arrays: a zip of npy files.
public enum NPZ {
  /// The arrays by name, without ".npy".
  /// - Parameter wanted: the only ones to read, which may stand beside arrays that psrdb cannot;
  ///   others are not even unpacked.
  /// - Throws: `FormatError`.
  public static func read(
    _ bytes: [UInt8], name: String, only wanted: Set<String>? = nil, limit: Int = .max
  ) throws -> [String: RawTensor] {
    func key(_ member: String) -> String {
      member.hasSuffix(".npy") ? String(member.dropLast(4)) : member
    }
    var arrays: [String: RawTensor] = [:]
    for (member, bytes) in try Zip.read(
      bytes, name: name, only: { wanted?.contains(key($0)) ?? true }, limit: limit)
    {
      arrays[key(member)] = try NPY.read(bytes, name: "\(name):\(member)")
    }
    return arrays
  }

  /// An array of strings; nil where the archive has no such array.
  /// - Throws: `FormatError`.
  public static func strings(
    _ array: String, in bytes: [UInt8], name: String
  ) throws -> [String]? {
    try Zip.read(bytes, name: name, only: { $0 == "\(array).npy" }, limit: 1 << 24)
      .first.map { member, bytes in
        try NPY.strings(bytes, name: "\(name):\(member)")
      }
  }

  /// An archive of npy files (made by `NPY.write`), in that order, stored: the same bytes for the
  /// same content.
  /// - Throws: `FormatError` `.tooLarge` from 4 GiB on.
  public static func write(_ arrays: [(name: String, npy: [UInt8])]) throws -> [UInt8] {
    try Zip.write(arrays.map { ("\($0.name).npy", $0.npy) })
  }
}
