/// An entry with its tensors' bytes, as the projection reads it.
struct Batch {
  let entry: Entry
  let bytes: Projection.Bytes

  typealias Contradiction = Projection.Contradiction

  var sequence: Int64 { entry.sequence }

  /// Sizes that every entry has to keep.
  func check() throws {
    for tensor in entry.tensors where !tensor.isPossible {
      throw Contradiction(
        "a tensor of shape \(tensor.shape) and class \(tensor.class.map(String.init) ?? "none") is "
          + "impossible: at most 1 GiB, \(Item.maximumRow + 1) rows, class \(Item.maximumClass)")
    }
  }

  /// Rows of the tensors of a class, the same in all of them.
  func rows(_ class: Int, _ names: [String]) throws -> Int {
    let counts = try names.map { try description($0, `class`).tensor.rows }
    guard Set(counts).count == 1 else {
      throw Contradiction("\(names.joined(separator: ", ")) have different numbers of rows")
    }
    return counts[0]
  }

  func description(
    _ name: String, _ class: Int
  ) throws -> (number: Int, tensor: TensorDescription) {
    guard let number = entry.tensorNumber(name, class: `class`) else {
      throw Contradiction("tensor “\(name)” of class \(`class`) is missing")
    }
    return (number, entry.tensors[number])
  }

  /// A tensor's elements and how many make a row.
  func elements<T: BitwiseCopyable>(
    _ name: String, _ class: Int, as type: T.Type, _ dtype: DType
  ) throws -> (values: [T], width: Int) {
    let (number, tensor) = try description(name, `class`)
    guard tensor.dtype == dtype else {
      throw Contradiction("tensor “\(name)” is \(tensor.dtype), not \(dtype)")
    }
    let bytes = try bytes(number)
    guard bytes.count == tensor.byteCount else {
      throw Contradiction("tensor “\(name)” has another size than the entry says")
    }
    let values = bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / dtype.size).map {
        bytes.loadUnaligned(fromByteOffset: $0 * dtype.size, as: T.self)
      }
    }
    guard let width = TensorDescription.byteCount(.u8, Array(tensor.shape.dropFirst())) else {
      throw Contradiction("tensor “\(name)” has an impossible shape")
    }
    return (values, width)
  }

  /// A f32 matrix whose columns have names, in the order of `wanted`.
  func matrix(
    _ name: String, _ class: Int, columns: [String], wanted: [String]
  ) throws -> Matrix {
    for column in columns where !wanted.contains(column) {
      throw Contradiction("there is no column “\(column)”")
    }
    let (values, width) = try elements(name, `class`, as: Float.self, .f32)
    guard width == columns.count else {
      throw Contradiction("“\(name)” has \(width) columns, not \(columns.count)")
    }
    return Matrix(
      values: values, width: width, places: wanted.map { columns.firstIndex(of: $0) })
  }

  /// Rows of numbers; nil in a column that is not there.
  struct Matrix {
    fileprivate let values: [Float]
    fileprivate let width: Int
    /// Where the columns wanted are.
    fileprivate let places: [Int?]

    var count: Int { width == 0 ? 0 : values.count / width }

    subscript(row: Int, column: Int) -> Float? {
      places[column].map { values[row * width + $0] }
    }
  }

  /// Pairs (entry, row) as item numbers of a class.
  func items(_ name: String, _ class: Int) throws -> [Int64] {
    let (values, width) = try elements(name, `class`, as: Int64.self, .i64)
    guard width == 2 else { throw Contradiction("“\(name)” must hold pairs of entry and row") }
    return try stride(from: 0, to: values.count, by: 2).map { start in
      guard (1...Item.maximumEntry).contains(values[start]),
        (0...Int64(Item.maximumRow)).contains(values[start + 1])
      else { throw Contradiction("“\(name)” points outside the pool") }
      return Item.number(values[start], `class`, Int(values[start + 1]))
    }
  }

  /// The classes that have a tensor of this name, in order.
  func classes(_ name: String) -> [Int] {
    entry.tensors.filter { $0.name == name }.compactMap(\.class)
  }
}
