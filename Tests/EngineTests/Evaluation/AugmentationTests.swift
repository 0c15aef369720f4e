import Foundation
import Testing

@testable import Engine

@Suite struct AugmentationTests {
  struct Case: Decodable {
    let shape: [Int]
    let kind: String
    let numbers, input, output: [Float]

    var change: DSA.Change {
      let n = numbers
      switch kind {
      case "color":
        return .color(brightness: n[0] - 0.5, saturation: 2 * n[1], contrast: n[2] + 0.5)
      case "crop": return .crop(down: Int(n[0]), right: Int(n[1]))
      case "cutout": return .cutout(y: Int(n[0]), x: Int(n[1]))
      case "flip": return .flip
      case "scale": return .affine(a: n[0], b: 0, c: 0, d: n[1])
      default: return .affine(a: cos(n[0]), b: -sin(n[0]), c: sin(n[0]), d: cos(n[0]))
      }
    }
  }

  @Test func changesAreThoseOfPyTorch() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/augmentation/dsa.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    #expect(cases.count == 45)
    for c in cases {
      let image = DSA.Image(height: c.shape[0], width: c.shape[1], channels: c.shape[2])
      var output = Array(repeating: Float.nan, count: image.count)
      image.apply(c.change, c.input, &output)
      let error = zip(output, c.output).map { abs($0 - $1) }.max()
      #expect(try #require(error) < 1e-5, "\(c.kind) \(c.numbers) of \(c.shape)")
    }
  }

  /// The ranges that numbers are drawn from, and that both ends are met.
  @Test func numbersCoverTheirRanges() {
    var stream = Philox(seed: 1, .test)
    func draws(_ kind: DSA.Kind) -> [DSA.Change] {
      (0..<4000).map { _ in DSA.draw(kind, height: 28, width: 32, from: &stream) }
    }
    var shifts = Set<[Int]>()
    for case .crop(let down, let right) in draws(.crop) { shifts.insert([down, right]) }
    #expect(Set(shifts.map { $0[0] }) == Set(-4...4) && Set(shifts.map { $0[1] }) == Set(-4...4))
    var centers: [[Int]] = []
    for case .cutout(let y, let x) in draws(.cutout) { centers.append([y, x]) }
    #expect(Set(centers.map { $0[0] }) == Set(0...28) && Set(centers.map { $0[1] }) == Set(0...32))
    let flips = draws(.flip).filter { $0 == .flip }.count
    #expect((1800...2200).contains(flips))
    for case .affine(let a, let b, let c, let d) in draws(.scale) {
      #expect(b == 0 && c == 0 && a >= 1 / 1.2 && a <= 1.2 && d >= 1 / 1.2 && d <= 1.2)
    }
    for case .affine(let a, let b, let c, let d) in draws(.rotate) {
      #expect(a == d && b == -c && abs(c) <= 0.2589 && abs(a * a + c * c - 1) < 1e-5)
    }
    for case .color(let brightness, let saturation, let contrast) in draws(.color) {
      #expect(abs(brightness) <= 0.5 && (0...2).contains(saturation))
      #expect((0.5...1.5).contains(contrast))
    }
  }

  @Test func batchesRepeatAndStepsDiffer() {
    var stream = Philox(seed: 1, .test)
    let batch = stream.normal([40, 8, 8, 3])
    let dsa = DSA()
    let outputs = (0..<30).map { dsa(batch, seed: 5, step: $0).values }
    #expect(Set(outputs).count == 30)
    for step in 0..<30 { #expect(dsa(batch, seed: 5, step: step).values == outputs[step]) }
    #expect(dsa(batch, seed: 6, step: 0).values != outputs[0])
    #expect(DSA([])(batch, seed: 5, step: 0).values == batch.values)
  }

  /// An image is changed alike whatever stands beside it.
  @Test func imagesDependOnTheirPlaceAlone() {
    var stream = Philox(seed: 1, .test)
    let batch = stream.normal([40, 6, 6, 1])
    for step in 0..<20 {
      let whole = DSA()(batch, seed: 1, step: step)
      #expect(DSA()(batch.rows(0..<7), seed: 1, step: step).values == whole.rows(0..<7).values)
    }
  }
}
