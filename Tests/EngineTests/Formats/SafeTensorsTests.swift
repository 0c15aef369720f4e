import Foundation
import Testing

@testable import Engine

struct SafeTensorsTests {
  @Test func readsAFileMadeElsewhere() throws {
    let file = try SafeTensors.read(Fixture.bytes("three.safetensors"), name: "three")
    #expect(file.metadata == ["made": "by hand"])
    #expect(file.tensors.keys.sorted() == ["bias", "empty", "weight"])
    #expect(file.tensors["weight"]?.shape == [2, 3])
    #expect(file.tensors["weight"]?.number == .f16)
    #expect(file.tensors["weight"]?.floats == [0, 1, 2, 3, 4, 5])
    #expect(file.tensors["bias"]?.floats == [0.5, -1.5])
    #expect(file.tensors["empty"] == RawTensor(i64: [], shape: [0, 4]))
  }

  @Test func writtenIsReadBack() throws {
    let file = SafeTensors(
      [
        "u8/é": RawTensor(u8: [1, 2, 3], shape: [3]),
        "i32": RawTensor(i32: [-1, 7], shape: [2, 1]),
        "i64": RawTensor(i64: [.min, .max], shape: [2]),
        "f16": RawTensor(f16: [0.5], shape: []),
        "f32": RawTensor(f32: [.pi, -0.0], shape: [2]),
        "none": RawTensor(u8: [], shape: [0]),
      ], metadata: ["a": "1", "quote": "\"\\\n"])
    let bytes = try file.write()
    #expect(try SafeTensors.read(bytes, name: "x") == file)
    #expect(try file.write() == bytes)
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    #expect(length % 8 == 0)
    #expect(try SafeTensors.read(SafeTensors().write(), name: "x") == SafeTensors())
  }

  private func file(_ header: String, data: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: header.utf8.count, width: 8)
    return bytes + Array(header.utf8) + [UInt8](repeating: 0, count: data)
  }

  private func tensor(_ key: String, _ dtype: String, _ shape: String, _ offsets: String) -> String
  {
    "\"\(key)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  /// Beside what is wanted there may be numbers that psrdb cannot read.
  @Test func othersAreLeftOut() throws {
    let header = "{\(tensor("a", "F32", "[2]", "[0,8]")),\(tensor("b", "BF16", "[2]", "[8,12]"))}"
    let bytes = file(header, data: 12)
    #expect(Fixture.code { _ = try SafeTensors.read(bytes, name: "x") } == .unsupported)
    let read = try SafeTensors.read(bytes, name: "x", only: ["a"])
    #expect(read.tensors == ["a": RawTensor(f32: [0, 0], shape: [2])])
    // Their bytes are looked at all the same.
    #expect(
      Fixture.code { _ = try SafeTensors.read(file(header, data: 11), name: "x", only: ["a"]) }
        == .corrupt)
  }

  @Test func lyingHeaders() {
    let good = tensor("a", "F32", "[2]", "[0,8]")
    #expect(Fixture.code { _ = try SafeTensors.read(file("{\(good)}", data: 8), name: "x") } == nil)
    let bad: [(String, Int, FormatError.Code)] = [
      ("{\(good)}", 7, .corrupt),  // cut off
      ("{\(good)}", 9, .corrupt),  // bytes of nobody
      ("{\(tensor("a", "F32", "[3]", "[0,8]"))}", 8, .corrupt),  // shape and bytes differ
      ("{\(tensor("a", "F32", "[2]", "[8,0]"))}", 8, .corrupt),
      ("{\(tensor("a", "F32", "[2]", "[-8,0]"))}", 8, .corrupt),
      ("{\(tensor("a", "F32", "[2]", "[0,8,16]"))}", 8, .corrupt),
      ("{\(tensor("a", "F32", "[-1,-2]", "[0,8]"))}", 8, .corrupt),
      ("{\(tensor("a", "F32", "[4611686018427387904,8]", "[0,8]"))}", 8, .corrupt),
      ("{\(tensor("a", "F32", "[99999999999999999999]", "[0,8]"))}", 8, .corrupt),
      ("{\(tensor("a", "F32", "[2.5]", "[0,8]"))}", 8, .corrupt),
      ("{\(good),\(tensor("b", "F32", "[2]", "[4,12]"))}", 12, .corrupt),  // overlap
      ("{\(good),\(tensor("b", "F32", "[2]", "[12,20]"))}", 20, .corrupt),  // hole
      ("{\(tensor("a", "F64", "[1]", "[0,8]"))}", 8, .unsupported),
      ("{\"__metadata__\":{\"a\":1}}", 0, .corrupt),
      ("[]", 0, .corrupt), ("{", 0, .corrupt), ("", 0, .corrupt),
      (String(repeating: "[", count: 100_000), 0, .corrupt),
    ]
    for (header, data, code) in bad {
      #expect(
        Fixture.code { _ = try SafeTensors.read(file(header, data: data), name: "x") } == code,
        "\(header.prefix(200))")
    }
    #expect(Fixture.code { _ = try SafeTensors.read([1, 2, 3], name: "x") } == .truncated)
    let endless = [UInt8](repeating: 0xff, count: 16)
    #expect(Fixture.code { _ = try SafeTensors.read(endless, name: "x") } == .corrupt)
  }
}
