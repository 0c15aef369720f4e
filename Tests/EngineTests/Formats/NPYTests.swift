import Testing

@testable import Engine

struct NPYTests {
  @Test(arguments: [
    ("u1", RawTensor.Number.u8), ("i4", .i32), ("i8", .i64), ("f2", .f16), ("f4", .f32),
  ])
  func readsWhatNumPyWrote(_ name: String, _ number: RawTensor.Number) throws {
    let bytes = try Fixture.bytes("\(name).npy")
    let tensor = try NPY.read(bytes, name: name)
    #expect(tensor.number == number)
    #expect(tensor.shape == [2, 3])
    #expect(tensor.floats == [0, 1, 2, 3, 4, 5])
    #expect(tensor.integers == ([.f16, .f32].contains(number) ? nil : [0, 1, 2, 3, 4, 5]))
    // NumPy's own bytes, to the last.
    #expect(NPY.write(tensor) == bytes)
  }

  @Test func scalars() throws {
    let tensor = try NPY.read(Fixture.bytes("scalar.npy"), name: "x")
    #expect(tensor == RawTensor(f32: [2.5], shape: []))
    #expect(NPY.write(tensor) == (try Fixture.bytes("scalar.npy")))
  }

  @Test func refusesWhatItDoesNotRead() throws {
    #expect(Fixture.code { _ = try NPY.read(Fixture.bytes("f8.npy"), name: "x") } == .unsupported)
    #expect(
      Fixture.code { _ = try NPY.read(Fixture.bytes("fortran.npy"), name: "x") } == .unsupported)
    let good = try Fixture.bytes("f4.npy")
    for length in 0..<good.count {
      #expect(Fixture.code { _ = try NPY.read(Array(good.prefix(length)), name: "x") } != nil)
    }
    #expect(Fixture.code { _ = try NPY.read(good + [0], name: "x") } == .truncated)
    #expect(Fixture.code { _ = try NPY.read(Array("no numpy file".utf8), name: "x") } == .corrupt)
  }

  @Test func stringsArePaddedToTheLongest() {
    let bytes = NPY.write(["a", "bé"])
    #expect(String(decoding: bytes[10..<40], as: UTF8.self).hasPrefix("{'descr': '<U2',"))
    #expect(
      Array(bytes.suffix(16)) == [0x61, 0, 0, 0, 0, 0, 0, 0, 0x62, 0, 0, 0, 0xe9, 0, 0, 0])
    #expect((bytes.count - 16) % 64 == 0)
  }
}
