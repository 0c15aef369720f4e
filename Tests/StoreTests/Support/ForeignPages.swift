/// A data file of one entry as a machine with other pages would make it.
enum ForeignPages {
  static func data(entry: [UInt8], pageSize: Int) -> [UInt8] {
    let journal = leaf(2, pageSize, [(key: [0, 0, 0, 0, 0, 0, 0, 1], value: entry, flags: 0)])
    let databases = leaf(
      3, pageSize,
      [
        (Array("journal".utf8), record(depth: 1, leaves: 1, entries: 1, root: 2), 2),
        (Array("tensors".utf8), record(), 2),
      ])
    let main = record(depth: 1, leaves: 1, entries: 2, root: 3)
    return meta(0, pageSize, transaction: 2, main, lastPage: 3)
      + meta(1, pageSize, transaction: 1, record(), lastPage: 1) + journal + databases
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  private static func record(
    pad: Int = 0, flags: UInt16 = 0, depth: UInt16 = 0, leaves: UInt64 = 0, entries: UInt64 = 0,
    root: UInt64 = .max
  ) -> [UInt8] {
    bytes(UInt32(pad)) + bytes(flags) + bytes(depth) + bytes(UInt64(0)) + bytes(leaves)
      + bytes(UInt64(0)) + bytes(entries) + bytes(root)
  }

  private static func meta(
    _ number: UInt64, _ pageSize: Int, transaction: UInt64, _ main: [UInt8], lastPage: UInt64
  ) -> [UInt8] {
    var page = bytes(number) + bytes(UInt16(0)) + bytes(UInt16(8)) + bytes(UInt32(0))
    page +=
      bytes(UInt32(0xBEEF_C0DE)) + bytes(UInt32(1)) + bytes(UInt64(0)) + bytes(UInt64(1) << 36)
    page += record(pad: pageSize, flags: 8) + main + bytes(lastPage) + bytes(transaction)
    return page + [UInt8](repeating: 0, count: pageSize - page.count)
  }

  private static func leaf(
    _ number: UInt64, _ pageSize: Int, _ nodes: [(key: [UInt8], value: [UInt8], flags: UInt16)]
  ) -> [UInt8] {
    var data: [UInt8] = []
    var pointers: [UInt8] = []
    for node in nodes {
      var bytes = bytes(UInt32(node.value.count)) + bytes(node.flags)
      bytes += self.bytes(UInt16(node.key.count)) + node.key + node.value
      if bytes.count % 2 == 1 { bytes.append(0) }
      data = bytes + data
      pointers += self.bytes(UInt16(truncatingIfNeeded: pageSize - data.count))
    }
    var page = bytes(number) + bytes(UInt16(0)) + bytes(UInt16(2))
    page +=
      bytes(UInt16(16 + pointers.count)) + bytes(UInt16(truncatingIfNeeded: pageSize - data.count))
      + pointers
    return page + [UInt8](repeating: 0, count: pageSize - page.count - data.count) + data
  }
}
