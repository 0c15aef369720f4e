import Testing

@testable import Engine

struct NPZTests {
  @Test(arguments: ["stored.npz", "deflated.npz"])
  func readsWhatPythonWrote(_ name: String) throws {
    let arrays = try NPZ.read(Fixture.bytes(name), name: name)
    #expect(
      arrays == [
        "a": RawTensor(i32: (0..<100).map { $0 }, shape: [100]),
        "b": RawTensor(f32: [1, 1, 1, 1], shape: [2, 2]),
      ])
  }

  @Test func writtenIsReadBack() throws {
    let images = RawTensor(u8: (0..<200).map { $0 }, shape: [2, 10, 10, 1])
    let labels = RawTensor(i64: [3, 4], shape: [2])
    let file = try NPZ.write([("images", NPY.write(images)), ("labels", NPY.write(labels))])
    #expect(try NPZ.read(file, name: "x") == ["images": images, "labels": labels])
    #expect(
      try NPZ.write([("images", NPY.write(images)), ("labels", NPY.write(labels))]) == file)
    #expect(try NPZ.read(NPZ.write([]), name: "x").isEmpty)
  }

  /// What is not wanted could unpack to more than any memory holds.
  @Test func whatIsNotWantedIsNotUnpacked() throws {
    let labels = RawTensor(i64: [3, 4], shape: [2])
    let pixels = [UInt8](repeating: 7, count: 500)
    var file = try NPZ.write([
      ("images", NPY.write(RawTensor(u8: pixels, shape: [500]))), ("labels", NPY.write(labels)),
    ])
    let place = try #require(file.firstRange(of: pixels)).lowerBound
    file[place] ^= 1
    #expect(Fixture.code { _ = try NPZ.read(file, name: "x") } == .corrupt)
    #expect(try NPZ.read(file, name: "x", only: ["labels"]) == ["labels": labels])
  }

  /// A small file may hold very many zeros.
  @Test func whatUnpacksToMoreThanFitsIsRefused() throws {
    let file = try NPZ.write([("a", NPY.write(RawTensor(u8: [1, 2, 3], shape: [3])))])
    #expect(try NPZ.read(file, name: "x", limit: 131).count == 1)
    #expect(Fixture.code { _ = try NPZ.read(file, name: "x", limit: 130) } == .tooLarge)
  }

  /// 10^18 names without a letter are no bytes.
  @Test func namesWithoutLettersAreRefused() throws {
    var names = NPY.write(["ab"])
    let header = "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000000000,), }"
    names.replaceSubrange(10..<10 + header.utf8.count, with: header.utf8)
    names.removeLast(8)
    #expect(Fixture.code { _ = try NPY.strings(names, name: "x") } == .corrupt)
  }

  @Test func damage() throws {
    let good = try Fixture.bytes("stored.npz")
    for length in 0..<good.count {
      #expect(Fixture.code { _ = try NPZ.read(Array(good.prefix(length)), name: "x") } == .corrupt)
    }
    var changed = good
    changed[250] ^= 1  // in the first member's data
    #expect(Fixture.code { _ = try NPZ.read(changed, name: "x") } == .corrupt)
  }

  /// Members that share their bytes could unpack to far more than the file holds.
  @Test func overlappingMembersAreRefused() throws {
    let one = try Zip.write([("a", [UInt8](repeating: 7, count: 5000))])
    let (local, end) = (Array(one.prefix(30 + 1 + 5000)), Array(one.suffix(22)))
    let entry = Array(one[local.count..<one.count - 22])
    var file = local + Array(repeatElement(entry, count: 40).joined())
    file += end
    file[file.count - 12] = 40
    file[file.count - 14] = 40
    #expect(Fixture.code { _ = try Zip.read(file, name: "x") } == .corrupt)
  }
}
