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
    var columns: [[Float]] = [[], []]
    for case .affine(let a, let b, let c, let d) in draws(.scale) {
      #expect(b == 0 && c == 0)
      columns[0].append(a)
      columns[1].append(d)
    }
    for column in columns { expectCovers(column, 1 / 1.2, 1.2) }
    var sines: [Float] = []
    for case .affine(let a, let b, let c, let d) in draws(.rotate) {
      #expect(a == d && b == -c && abs(a * a + c * c - 1) < 1e-5)
      sines.append(c)
    }
    expectCovers(sines, -0.258819, 0.258819)  // of 15°
    columns = [[], [], []]
    for case .color(let brightness, let saturation, let contrast) in draws(.color) {
      columns[0].append(brightness)
      columns[1].append(saturation)
      columns[2].append(contrast)
    }
    expectCovers(columns[0], -0.5, 0.5)
    expectCovers(columns[1], 0, 2)
    expectCovers(columns[2], 0.5, 1.5)
  }

  private func expectCovers(
    _ values: [Float], _ lower: Float, _ upper: Float,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let margin = 0.02 * (upper - lower)
    let (least, most) = (values.min() ?? .nan, values.max() ?? .nan)
    #expect(values.count == 4000, sourceLocation: sourceLocation)
    #expect(least > lower - 1e-6 && least < lower + margin, sourceLocation: sourceLocation)
    #expect(most < upper + 1e-6 && most > upper - margin, sourceLocation: sourceLocation)
  }

  @Test func kindsComeEquallyOften() {
    var counts: [DSA.Kind: Int] = [:]
    for step in 0..<6000 { counts[DSA().kind(seed: 2, step: step), default: 0] += 1 }
    #expect(counts.count == 6)
    for (kind, count) in counts { #expect((900...1100).contains(count), "\(kind)") }
  }

  @Test(arguments: DSA.Kind.allCases) func imagesOfABatchHaveTheirOwnNumbers(_ kind: DSA.Kind) {
    var stream = Philox(seed: 1, .test)
    let batch = stream.normal([1, 8, 8, 3]).gather(Array(repeating: 0, count: 40))
    let changed = DSA([kind])(batch, seed: 5, step: 0)
    #expect(Set((0..<40).map { changed.rows($0..<$0 + 1).values }).count > 1)
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
