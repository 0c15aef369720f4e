/// A PyTorch file of one tensor, as `torch.save` writes it and `torch.load(weights_only=True)`
/// reads it: a zip of a pickle that describes the tensor and of its bytes. Written only; pickles
/// from elsewhere are programs and are not read.
///
/// Format: torch/serialization.py and torch/_tensor.py of PyTorch 2 (`_rebuild_tensor_v2`), pickle
/// protocol 2 (Lib/pickletools.py of Python).
public enum TorchFile {
  /// The file's bytes, the same for the same tensor.
  /// - Parameter name: of the folder inside the archive; the file's name without its ending.
  /// - Throws: `FormatError` `.tooLarge` from 4 GiB on.
  public static func write(_ tensor: RawTensor, name: String) throws -> [UInt8] {
    try Zip.write([
      ("\(name)/data.pkl", pickle(tensor)),
      ("\(name)/byteorder", Array("little".utf8)),
      ("\(name)/data/0", tensor.bytes),
      ("\(name)/version", Array("3\n".utf8)),
    ])
  }

  /// What `torch.save` pickles for a contiguous tensor, to the byte.
  static func pickle(_ tensor: RawTensor) -> [UInt8] {
    var pickle = Pickle()
    pickle.global("torch._utils", "_rebuild_tensor_v2")
    pickle.mark()
    // The storage, by a persistent id.
    pickle.mark()
    pickle.text("storage")
    pickle.global("torch", storage(tensor.number))
    pickle.text("0")
    pickle.text("cpu")
    pickle.integer(tensor.shape.reduce(1, *))
    pickle.tuple()
    pickle.persistent()
    pickle.integer(0)  // offset
    pickle.tuple(tensor.shape)
    pickle.tuple(strides(tensor.shape))
    pickle.no()  // requires no gradient
    pickle.global("collections", "OrderedDict")  // no hooks
    pickle.emptyTuple()
    pickle.call()
    pickle.tuple()
    pickle.call()
    return pickle.finished()
  }

  private static func storage(_ number: RawTensor.Number) -> String {
    switch number {
    case .u8: "ByteStorage"
    case .i32: "IntStorage"
    case .i64: "LongStorage"
    case .f16: "HalfStorage"
    case .f32: "FloatStorage"
    }
  }

  /// Row-major, in elements.
  private static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for place in shape.indices.dropLast().reversed() {
      strides[place] = strides[place + 1] * shape[place + 1]
    }
    return strides
  }
}

/// Opcodes of pickle's protocol 2. Everything that Python's pickler would remember is remembered,
/// in its order, so that bytes can be compared.
private struct Pickle {
  private var bytes: [UInt8] = [0x80, 2]
  private var remembered: UInt8 = 0

  private mutating func remember() {
    bytes += [UInt8(ascii: "q"), remembered]
    remembered += 1
  }

  mutating func global(_ module: String, _ name: String) {
    bytes += Array("c\(module)\n\(name)\n".utf8)
    remember()
  }

  mutating func mark() { bytes.append(UInt8(ascii: "(")) }

  mutating func text(_ text: String) {
    bytes.append(UInt8(ascii: "X"))
    bytes.append(littleEndian: text.utf8.count, width: 4)
    bytes += text.utf8
    remember()
  }

  mutating func integer(_ value: Int) {
    switch value {
    case 0..<0x100:
      bytes += [UInt8(ascii: "K"), UInt8(value)]
    case 0x100..<0x10000:
      bytes.append(UInt8(ascii: "M"))
      bytes.append(littleEndian: value, width: 2)
    case 0x10000..<0x8000_0000:
      bytes.append(UInt8(ascii: "J"))
      bytes.append(littleEndian: value, width: 4)
    default:
      bytes += [0x8a, 8]
      bytes.append(littleEndian: value, width: 8)
    }
  }

  /// A tuple of what is above the last mark.
  mutating func tuple() {
    bytes.append(UInt8(ascii: "t"))
    remember()
  }

  mutating func emptyTuple() { bytes.append(UInt8(ascii: ")")) }

  /// A tuple of numbers: up to three need no mark.
  mutating func tuple(_ values: [Int]) {
    guard !values.isEmpty else { return emptyTuple() }
    if values.count > 3 { mark() }
    for value in values { integer(value) }
    guard values.count <= 3 else { return tuple() }
    bytes.append(UInt8(0x84 + values.count))
    remember()
  }

  mutating func no() { bytes.append(0x89) }

  mutating func persistent() { bytes.append(UInt8(ascii: "Q")) }

  mutating func call() {
    bytes.append(UInt8(ascii: "R"))
    remember()
  }

  func finished() -> [UInt8] { bytes + [UInt8(ascii: ".")] }
}
