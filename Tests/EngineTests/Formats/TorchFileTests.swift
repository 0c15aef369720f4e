import Testing

@testable import Engine

struct TorchFileTests {
  static let tensors: [String: RawTensor] = [
    "two": RawTensor(f32: (0..<6).map(Float.init), shape: [2, 3]),
    "one": RawTensor(i64: [0, 1, 2], shape: [3]),
    "four": RawTensor(f16: (0..<1200).map(Float.init), shape: [300, 1, 2, 2]),
  ]

  private func members(_ bytes: [UInt8]) throws -> [String: [UInt8]] {
    Dictionary(uniqueKeysWithValues: try Zip.read(bytes, name: "x").map { ($0.name, $0.bytes) })
  }

  @Test(arguments: tensors.keys.sorted())
  func everyMemberIsThatOfTorchSave(_ name: String) throws {
    let tensor = try #require(Self.tensors[name])
    let torch = try members(Fixture.bytes("\(name).pt"))
    let ours = try members(TorchFile.write(tensor, name: name))
    #expect(ours.count == 4)
    for (member, bytes) in ours { #expect(bytes == torch[member], "\(member)") }
  }

  @Test func sizesBeyondAByteAndTwo() {
    let pickle = TorchFile.pickle(
      RawTensor(u8: [UInt8](repeating: 0, count: 70000), shape: [70000]))
    // BININT 70000
    #expect(
      pickle.indices.dropLast(4).contains {
        pickle[$0..<$0 + 5].elementsEqual([74, 112, 17, 1, 0])
      })
  }
}
